import { ApolloProvider } from '@apollo/client/react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { createClient, graphqlUrl } from './client.ts';
import { InboxDocument } from './graphql/graphql.ts';
import { ImagesScreen } from './images/images-screen.tsx';
import { InboxScreen } from './inbox/inbox-screen.tsx';
import { countPending } from './inbox/offers.ts';
import { useLiveOffers } from './inbox/use-live-offers.ts';
import { createLive, LiveContext } from './live/live.ts';
import { LiveIndicator } from './live/live-indicator.tsx';
import { usePages } from './pages.ts';
import { RemovalNotices } from './removal/removal-notices.tsx';
import { RemovalProvider } from './removal/removals.tsx';
import { toHash, useRoute } from './route.ts';
import { Account } from './session/account.tsx';
import { RenewToken } from './session/renew-token.tsx';
import type { Session } from './session/session.ts';
import { SwitchProject } from './session/switch-project.tsx';

interface ScreensProps {
  /** The current session first. */
  readonly sessions: readonly Session[];
  readonly onEnter: (session: Session) => void;
  readonly onToken: (token: string) => Promise<void>;
  readonly onSignOut: () => void;
}

/** What a signed-in caller sees. */
export function Screens({ sessions, onEnter, onToken, onSignOut }: ScreensProps) {
  const [current] = sessions;
  const session = useRef(current);
  const [asked, setAsked] = useState<'renew' | 'switch' | null>(null);
  const [client, live] = useMemo(() => {
    const created = createLive(graphqlUrl(), () => session.current?.token ?? '');
    const onRefused = () => setAsked('renew');
    return [createClient({ session: () => session.current, onRefused, liveLink: created.link }), created] as const;
  }, []);
  const expiresAt = current?.viewer?.expiresAt;

  async function enterWith(entered: string): Promise<void> {
    await onToken(entered);
    setAsked(null);
  }

  // A renewed token: what failed without it is read again.
  useEffect(() => {
    if (session.current === current || current === undefined) return;
    session.current = current;
    live.renew();
    void client.refetchQueries({ include: 'active' });
  }, [client, live, current]);

  useEffect(() => {
    // The longest time that a timer can wait is 24 days.
    const left = expiresAt ? Math.min(Date.parse(expiresAt) - Date.now(), 2 ** 31 - 1) : null;
    if (left === null) return;
    const timer = setTimeout(() => Date.now() >= Date.parse(expiresAt ?? '') && setAsked('renew'), Math.max(left, 0));
    return () => clearTimeout(timer);
  }, [expiresAt]);

  return (
    <ApolloProvider client={client}>
      <LiveContext value={live}>
        <RemovalProvider>
          <Frame onSwitch={() => setAsked('switch')} onSignOut={onSignOut} />
          <RemovalNotices />
        </RemovalProvider>
      </LiveContext>
      {asked === 'renew' && <RenewToken onToken={enterWith} onSignOut={onSignOut} onClose={() => setAsked(null)} />}
      {asked === 'switch' && (
        <SwitchProject sessions={sessions} onChoose={onEnter} onToken={enterWith} onClose={() => setAsked(null)} />
      )}
    </ApolloProvider>
  );
}

function Frame({ onSwitch, onSignOut }: { readonly onSwitch: () => void; readonly onSignOut: () => void }) {
  const { screen } = useRoute();
  const pending = usePages(InboxDocument, { status: 'PENDING' });
  useLiveOffers('PENDING', pending);
  const waiting = countPending(pending);
  useEffect(() => {
    const name = screen === 'inbox' ? 'Inbox' : 'Images';
    document.title = `${waiting === '0' ? '' : `(${waiting}) `}${name} · Image sharing`;
  }, [screen, waiting]);
  return (
    <>
      {/* biome-ignore lint/a11y/useValidAnchor: a skip link, but the part after # in the address names the screen */}
      <a className="skip" href="#main" onClick={skipToMain}>
        Skip to the list
      </a>
      <header className="top">
        <span className="brand">Image sharing</span>
        <nav aria-label="Screens">
          <a href={toHash('images')} aria-current={screen === 'images' ? 'page' : undefined}>
            Images
          </a>
          <a href={toHash('inbox')} aria-current={screen === 'inbox' ? 'page' : undefined}>
            Inbox
            {waiting !== '0' && (
              <span className="count">
                {waiting}
                <span className="unseen"> to decide</span>
              </span>
            )}
          </a>
        </nav>
        <LiveIndicator />
        <Account onSwitch={onSwitch} onSignOut={onSignOut} />
      </header>
      <main id="main" tabIndex={-1}>
        {screen === 'inbox' ? <InboxScreen pending={pending} /> : <ImagesScreen />}
      </main>
    </>
  );
}

/** Moves the focus to the list; the address belongs to the screen. */
function skipToMain(event: { preventDefault(): void }): void {
  event.preventDefault();
  (document.querySelector<HTMLElement>('#list') ?? document.querySelector<HTMLElement>('#main'))?.focus();
}
