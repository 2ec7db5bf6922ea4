import { createContext } from 'react';

/** A user of the embedded Images API. */
export interface Person {
  readonly name: string;
  readonly token: string;
  readonly projectId: string;
}

/** The people that the gateway offers: those of the embedded Images API, nobody where it serves a cloud. */
export async function fetchPeople(): Promise<readonly Person[]> {
  try {
    const response = await fetch('people.json');
    return response.ok ? await response.json() : [];
  } catch {
    return [];
  }
}

export const PeopleContext = createContext<readonly Person[]>([]);
