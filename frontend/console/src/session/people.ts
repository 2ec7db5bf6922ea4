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

/** What else the gateway serves, by name; the addresses are relative to its own. */
export type Doors = Readonly<Record<string, string>>;

/** Asks the gateway what it serves. */
export async function fetchDoors(): Promise<Doors> {
  try {
    const response = await fetch('..', { headers: { accept: 'application/json' } });
    return response.ok ? await response.json() : {};
  } catch {
    return {};
  }
}

export const PeopleContext = createContext<readonly Person[]>([]);
