import type { Project, User } from '../../identity/model.ts';
import type { GatewayContext } from '../context.ts';
import type { ProjectResolvers } from '../generated.ts';

/** Resolves the representation of a project that a router sends. Ignores everything in it but the id. */
export function resolveProjectReference({ id }: Pick<Project, 'id'>, _context: GatewayContext): Project {
  return represent('Project', id);
}

/** Resolves the representation of a user that a router sends: its id, which is all that is known here. */
export function resolveUserReference({ id }: Pick<User, 'id'>, _context: GatewayContext): User {
  return { ...represent('User', id), name: null };
}

export const project: ProjectResolvers = {
  name: ({ id, name }, _args, { identity }) => (name === undefined ? identity.projectName(id) : name),
};

function represent(__typename: string, id: string): { readonly __typename: string; readonly id: string } {
  return { __typename, id };
}
