import type { GraphQLResolveInfo } from 'graphql';
import { type GatewayContext, reportRowErrors } from '../context.ts';
import type { QueryResolvers, ViewerResolvers } from '../generated.ts';
import type { ViewerModel } from '../models.ts';
import { selects } from '../selection.ts';

/** A constant, because each client has only one viewer: itself. */
const viewerId = 'viewer';

const unknown: ViewerModel = { user: null, roles: null, expiresAt: null };

export const viewerQueries: Pick<QueryResolvers, 'viewer'> = {
  viewer: (_root, _args, context, info) => findViewer(context, info),
};

/** The viewer that a router represents by its constant id. There is no other. */
export async function resolveViewerReference(
  { id }: { readonly id: string },
  context: GatewayContext,
  info: GraphQLResolveInfo,
): Promise<object | null> {
  const found = id === viewerId ? await findViewer(context, info) : null;
  return found && { ...found, __typename: 'Viewer' };
}

async function findViewer(
  { hasToken, identity }: GatewayContext,
  info: GraphQLResolveInfo,
): Promise<ViewerModel | null> {
  if (!hasToken) return null;
  if (selects('Viewer', info, (field) => field === 'projects')) identity.expectOwnProjects();
  return (await identity.token()) ?? unknown;
}

export const viewer: ViewerResolvers = {
  id: () => viewerId,
  project: (_viewer, _args, { identity }) => identity.ownProject(),

  async projects(_viewer, _args, context, info) {
    const list = await context.identity.ownProjects();
    if (list === null) return null;
    reportRowErrors(context, list.errors, info);
    return list.rows;
  },
};
