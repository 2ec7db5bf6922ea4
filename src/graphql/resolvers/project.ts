import type { Project, User } from '../../identity/model.ts';
import type { GatewayContext } from '../context.ts';
import type { ProjectResolvers } from '../generated.ts';
import { checkIds } from '../ids.ts';

/** A project that a router represents by its id. What else the representation holds is not believed. */
export function resolveProjectReference({ id }: Pick<Project, 'id'>, _context: GatewayContext): Project {
  return represent('Project', id);
}

/** A user that a router represents by its id: no more is known of it here. */
export function resolveUserReference({ id }: Pick<User, 'id'>, _context: GatewayContext): User {
  return { ...represent('User', id), name: null };
}

export const project: ProjectResolvers = {
  name: ({ id, name }, _args, { identity }) => (name === undefined ? identity.projectName(id) : name),
};

/** @throws GatewayError for an id that can be none. */
function represent(__typename: string, id: string): { readonly __typename: string; readonly id: string } {
  checkIds({ id });
  return { __typename, id };
}
