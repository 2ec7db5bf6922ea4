import { type OnOperation, type Subgraph, startSubgraph } from './subgraph.ts';

export interface Project {
  readonly id: string;
  readonly name: string;
  readonly domain: string;
}

/** The subgraph that owns `Project`. A real one asks the Identity service, with the token that the router forwards. */
export function startIdentity(projects: readonly Project[], onOperation?: OnOperation): Promise<Subgraph> {
  const find = (id: string) => projects.find((project) => project.id === id) ?? null;
  const resolvers = {
    Query: { project: (_: unknown, { id }: { id: string }) => find(id) },
    // An unknown project, for example of another cloud, still has an id.
    Project: { __resolveReference: ({ id }: { id: string }) => find(id) ?? { id } },
  };
  return startSubgraph('identity', resolvers, onOperation);
}
