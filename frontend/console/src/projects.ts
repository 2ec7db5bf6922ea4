import type { ApolloClient } from '@apollo/client';
import { useApolloClient } from '@apollo/client/react';
import { use, useMemo } from 'react';
import { PeopleContext, type Person } from './session/people.ts';
import { SessionContext } from './session/session.ts';

/** A project whose name is known. */
export interface KnownProject {
  readonly id: string;
  readonly name: string;
}

const key = 'image-sharing.labels';

/** The names that were pasted along with ids, by id. They stay in this browser. */
export function recallLabels(): Readonly<Record<string, string>> {
  return JSON.parse(localStorage.getItem(key) ?? '{}');
}

export function rememberLabels(labels: Readonly<Record<string, string>>): void {
  if (Object.keys(labels).length === 0) return;
  localStorage.setItem(key, JSON.stringify({ ...recallLabels(), ...labels }));
}

/** The names that the graph has told so far: those of the user's projects; to administrators, those of all projects. */
function readNames(client: ApolloClient): readonly KnownProject[] {
  return Object.values(client.cache.extract() as Readonly<Record<string, Readonly<Record<string, unknown>>>>).flatMap(
    ({ __typename, id, name }) =>
      __typename === 'Project' && typeof id === 'string' && typeof name === 'string' ? [{ id, name }] : [],
  );
}

/** All projects whose name is known, each once; what the cloud says counts more than what was pasted. */
export function useKnownProjects(): readonly KnownProject[] {
  const client = useApolloClient();
  const people = use(PeopleContext);
  const viewer = use(SessionContext)?.viewer;
  const own = [viewer?.project, ...(viewer?.projects ?? [])];
  const names = new Map<string, string>(Object.entries(recallLabels()));
  for (const { name, projectId } of nameable(people)) names.set(projectId, name);
  for (const { id, name } of readNames(client)) names.set(id, name);
  for (const project of own) if (project?.name) names.set(project.id, project.name);
  return [...names].map(([id, name]) => ({ id, name })).sort((a, b) => a.name.localeCompare(b.name));
}

/** The first person of each project: readers have a project of somebody else. */
function nameable(people: readonly Person[]): readonly Person[] {
  return people.filter(({ projectId }, index) => people.findIndex((other) => other.projectId === projectId) === index);
}

/** The name of a project by what this browser knows, without asking anyone; else null. */
export function useProjectName(projectId: string): string | null {
  const people = use(PeopleContext);
  const viewer = use(SessionContext)?.viewer;
  return useMemo(() => {
    const own = [viewer?.project, ...(viewer?.projects ?? [])].find((project) => project?.id === projectId);
    const person = people.find((other) => other.projectId === projectId);
    return own?.name ?? person?.name ?? recallLabels()[projectId] ?? null;
  }, [people, viewer, projectId]);
}
