import { createContext, useContext } from 'react';

/** Somebody one can be: a token, and what is known about whose it is. */
export interface Person {
  readonly name: string;
  readonly token: string;
  /** Unknown for a token that was typed in. */
  readonly projectId?: string;
}

/** The people that the gateway offers: those of the embedded Images API, nobody before a real cloud. */
export async function fetchPeople(): Promise<readonly Person[]> {
  try {
    const response = await fetch('people.json');
    return response.ok ? await response.json() : [];
  } catch {
    return [];
  }
}

const key = 'image-sharing.person';

/** Who was chosen in this browser tab. The token is forgotten with the tab, and never part of an address. */
export function recallPerson(): Person | null {
  const stored = sessionStorage.getItem(key);
  return stored === null ? null : JSON.parse(stored);
}

export function rememberPerson(person: Person | null): void {
  if (person === null) sessionStorage.removeItem(key);
  else sessionStorage.setItem(key, JSON.stringify(person));
}

export const PeopleContext = createContext<readonly Person[]>([]);

/** The name of a project, where it belongs to somebody the gateway offers; else null. */
export function useProjectName(projectId: string): string | null {
  return useContext(PeopleContext).find((person) => person.projectId === projectId)?.name ?? null;
}
