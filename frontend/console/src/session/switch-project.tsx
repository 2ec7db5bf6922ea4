import { use } from 'react';
import { Sheet } from '../sheet.tsx';
import { PeopleContext } from './people.ts';
import type { Session } from './session.ts';
import { TokenForm } from './token-form.tsx';

interface SwitchProjectProps {
  readonly sessions: readonly Session[];
  readonly onChoose: (session: Session) => void;
  readonly onToken: (token: string) => Promise<void>;
  readonly onClose: () => void;
}

/** Offers the projects that the user can go on in: those whose token this tab has, and how to get a token for another. */
export function SwitchProject({ sessions, onChoose, onToken, onClose }: SwitchProjectProps) {
  const people = use(PeopleContext);
  const [current, ...others] = sessions;
  const open = new Set(sessions.map(({ token }) => token));
  const held = new Set(sessions.map(({ viewer }) => viewer?.project?.id));
  const withoutToken = (current?.viewer?.projects ?? []).filter(({ id }) => !held.has(id));
  return (
    <Sheet title="Switch project" onClose={onClose} narrow>
      {others.length > 0 && (
        <ul className="choices" aria-label="Signed in">
          {others.map((session) => (
            <li key={session.token}>
              <button type="button" onClick={() => onChoose(session)}>
                <strong>{session.viewer?.project?.name ?? session.viewer?.project?.id ?? 'Unknown project'}</strong>
                <span>{session.viewer?.user?.name ?? 'signed in in this tab'}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {people.length > 0 && (
        <ul className="choices" aria-label="People of the embedded Images API">
          {people
            .filter(({ token }) => !open.has(token))
            .map(({ name, token }) => (
              <li key={token}>
                <button type="button" onClick={() => onToken(token)}>
                  <strong>{name}</strong>
                </button>
              </li>
            ))}
        </ul>
      )}
      {people.length === 0 && withoutToken.length > 0 && (
        <div>
          <p>Your other projects. To get a token for one, run:</p>
          <ul className="commands">
            {withoutToken.map(({ id, name }) => (
              <li key={id}>
                <strong>{name ?? id}</strong>
                <code>openstack --os-project-id {id} token issue -f value -c id</code>
              </li>
            ))}
          </ul>
        </div>
      )}
      <TokenForm label="Token for another project" action="Switch" onToken={onToken} />
    </Sheet>
  );
}
