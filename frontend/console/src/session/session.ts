import { createContext, use } from 'react';
import { createClient, isTokenRefused, keepParts } from '../client.ts';
import { toMessage } from '../failure.tsx';
import { ViewerDocument, type ViewerQuery } from '../graphql/graphql.ts';

export type Viewer = NonNullable<ViewerQuery['viewer']>;

/** A token that was checked, and whom it stands for as far as the gateway knows. */
export interface Session {
  readonly token: string;
  readonly viewer: Viewer | null;
}

const key = 'image-sharing.sessions';

/** The sessions of this browser tab, the current one first. They end with the tab, and no address contains a token. */
export function recallSessions(): readonly Session[] {
  return JSON.parse(sessionStorage.getItem(key) ?? '[]');
}

export function rememberSessions(sessions: readonly Session[]): void {
  if (sessions.length === 0) sessionStorage.clear();
  else sessionStorage.setItem(key, JSON.stringify(sessions));
}

/** Two sessions are alike if they are known to be those of one user in one project. */
export function isSameCaller(one: Session, other: Session): boolean {
  const [first, second] = [one, other].map(({ viewer }) => viewer?.user && `${viewer.user.id} ${viewer.project?.id}`);
  return first !== undefined && first !== null && first === second;
}

/**
 * Checks a token with the Images API and asks who it stands for.
 *
 * @throws an error with a message for the user, if the token is not accepted or could not be checked.
 */
export async function openSession(token: string): Promise<Session> {
  const checked = { token };
  const client = createClient({ session: () => checked });
  const { data, error } = await client.query({ query: ViewerDocument, ...keepParts });
  client.stop();
  if (isTokenRefused(error)) {
    throw new Error('The Images API did not accept this token. It may be mistyped, expired, or for another cloud.');
  }
  if (error && !data?.images) throw new Error(toMessage(error));
  return { token, viewer: data?.viewer ?? null };
}

export const SessionContext = createContext<Session | null>(null);

/** What the console knows of the caller. */
export interface Caller {
  readonly projectId: string | null;
  /** Administrators see every image as its owner does. */
  readonly isAdmin: boolean;
  /** Whether the token carries no role but `reader`. */
  readonly isReader: boolean;
}

export function useCaller(): Caller {
  const viewer = use(SessionContext)?.viewer ?? null;
  const roles = viewer?.roles ?? [];
  return {
    projectId: viewer?.project?.id ?? null,
    isAdmin: roles.includes('admin'),
    isReader: roles.length > 0 && roles.every((role) => role === 'reader'),
  };
}
