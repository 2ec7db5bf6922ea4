import { use, useEffect, useRef, useState } from 'react';
import { type Doors, fetchDoors, PeopleContext } from './people.ts';
import { SessionContext, useCaller } from './session.ts';

interface AccountProps {
  readonly onSwitch: () => void;
  readonly onSignOut: () => void;
}

/** Who the caller is: a button with user and project, and a menu with all that is known. */
export function Account({ onSwitch, onSignOut }: AccountProps) {
  const session = use(SessionContext);
  const people = use(PeopleContext);
  const { isReader } = useCaller();
  const details = useRef<HTMLDetailsElement>(null);
  const [now, setNow] = useState(Date.now);
  const [doors, setDoors] = useState<Doors>({});

  useEffect(() => {
    void fetchDoors().then(setDoors);
  }, []);

  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, []);
  useEffect(() => {
    function close(event: Event): void {
      const menu = details.current;
      const isEscape = event instanceof KeyboardEvent && event.key === 'Escape';
      if (menu?.open && (isEscape || (event.type === 'pointerdown' && !menu.contains(event.target as Node)))) {
        menu.open = false;
        if (isEscape) menu.querySelector('summary')?.focus();
      }
    }
    addEventListener('pointerdown', close);
    addEventListener('keydown', close);
    return () => {
      removeEventListener('pointerdown', close);
      removeEventListener('keydown', close);
    };
  }, []);

  function switchProject(): void {
    // The focus returns there when the dialog closes.
    details.current?.querySelector('summary')?.focus();
    if (details.current) details.current.open = false;
    onSwitch();
  }

  const viewer = session?.viewer;
  const person = people.find(({ token }) => token === session?.token);
  const user = viewer?.user?.name ?? person?.name ?? null;
  const project = viewer?.project?.name ?? viewer?.project?.id ?? null;
  const roles = viewer?.roles ?? [];
  const expiry = viewer?.expiresAt ? describeExpiry(viewer.expiresAt, now) : null;
  return (
    <details ref={details} className="account">
      <summary>
        <span className="who">
          <strong>{user ?? 'Signed in'}</strong>
          <span>{project ?? 'project unknown'}</span>
        </span>
        {isReader && <span className="badge pending">reader</span>}
        {expiry?.isSoon && <span className="badge pending">{expiry.text}</span>}
      </summary>
      <div className="menu">
        <dl>
          <dt>User</dt>
          <dd>{user ?? 'unknown'}</dd>
          <dt>Project</dt>
          <dd>
            {project ?? 'unknown'}
            {viewer?.project?.name && <code className="id">{viewer.project.id}</code>}
          </dd>
          <dt>Roles</dt>
          <dd>{roles.length > 0 ? [...roles].sort().join(', ') : 'unknown'}</dd>
          <dt>Token</dt>
          <dd>{expiry?.text ?? 'expiry unknown'}</dd>
        </dl>
        {isReader && (
          <p className="hint">
            Your only role is reader. Whether readers may share and accept images depends on this cloud’s policy. If it
            does not allow that, you will see an error when you try.
          </p>
        )}
        {(doors['explorer'] || doors['schema']) && (
          <p className="row">
            {doors['explorer'] && <a href={`../${doors['explorer']}`}>Explorer</a>}
            {doors['schema'] && <a href={`../${doors['schema']}`}>Documentation</a>}
          </p>
        )}
        <button type="button" onClick={switchProject}>
          Switch project…
        </button>
        <button type="button" onClick={onSignOut}>
          Sign out
        </button>
      </div>
    </details>
  );
}

function describeExpiry(expiresAt: string, now: number): { readonly text: string; readonly isSoon: boolean } {
  const minutes = Math.floor((Date.parse(expiresAt) - now) / 60_000);
  if (minutes < 0) return { text: 'expired', isSoon: true };
  const left = minutes < 120 ? `${minutes} min` : minutes < 2_880 ? `${Math.floor(minutes / 60)} h` : 'more than a day';
  return { text: `expires in ${left}`, isSoon: minutes < 15 };
}
