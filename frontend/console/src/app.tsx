import { useEffect, useState } from 'react';
import { navigate } from './route.ts';
import { Screens } from './screens.tsx';
import { fetchPeople, PeopleContext, type Person } from './session/people.ts';
import {
  isSameCaller,
  openSession,
  recallSessions,
  rememberSessions,
  type Session,
  SessionContext,
} from './session/session.ts';
import { SignIn } from './session/sign-in.tsx';

/** Signs in, and shows the screens of the current session. */
export function App() {
  const [people, setPeople] = useState<readonly Person[]>([]);
  const [sessions, setSessions] = useState(recallSessions);
  // Changes when another user or project takes over: nothing that one may see is kept for the next.
  const [turn, setTurn] = useState(0);
  const [current] = sessions;

  useEffect(() => {
    void fetchPeople().then(setPeople);
  }, []);

  function change(next: readonly Session[]): void {
    rememberSessions(next);
    setSessions(next);
  }

  /** Makes a session the current one; a renewed token of the same caller replaces the old one in place. */
  function enter(session: Session): void {
    const others = sessions.filter((other) => other.token !== session.token && !isSameCaller(other, session));
    change([session, ...others]);
    if (current === undefined || !isSameCaller(current, session)) setTurn(turn + 1);
    // Ids of one project mean little to another.
    if (current !== undefined && !isSameCaller(current, session)) navigate(location.hash.split('?')[0] ?? '');
  }

  async function enterWith(token: string): Promise<void> {
    enter(await openSession(token));
  }

  return (
    <PeopleContext value={people}>
      <SessionContext value={current ?? null}>
        {current === undefined ? (
          <>
            <header className="top">
              <span className="brand">Image sharing</span>
            </header>
            <SignIn onToken={enterWith} />
          </>
        ) : (
          <Screens
            key={turn}
            sessions={sessions}
            onEnter={enter}
            onToken={enterWith}
            onSignOut={() => {
              change([]);
              navigate('#/images');
            }}
          />
        )}
      </SessionContext>
    </PeopleContext>
  );
}
