import type { GraphQLResolveInfo } from 'graphql';
import { hasAttributes, type ImageKey, type ImageMember } from '../../upstream/model.ts';
import { type GatewayContext, reportRowErrors } from '../context.ts';
import type { MemberList } from '../data/loaders.ts';
import type { ImageResolvers, QueryResolvers } from '../generated.ts';
import { checkIds } from '../ids.ts';
import { needsMoreThan, selects } from '../selection.ts';
import { listImagePage } from './image-page.ts';
import { resolveMyMembership } from './my-membership.ts';
import { resolveImage } from './resolve-image.ts';

/** Resolves the representation of an image that a router sends: its id. */
export function resolveImageReference({ id }: ImageKey, context: GatewayContext, info: GraphQLResolveInfo) {
  return resolveImage(id, context, info);
}

export const image: ImageResolvers = {
  members(parent, { status }, context, info) {
    // An image that is not shared has no members, and upstream would refuse to list them.
    if (hasAttributes(parent) && parent.visibility !== 'SHARED') return [];
    const toRows = (list: MemberList | null): readonly ImageMember[] | null => {
      if (list === null) return null;
      reportRowErrors(context, list.errors, info);
      return status ? list.rows.filter((member) => status.includes(member.status)) : list.rows;
    };
    const list = context.loaders.memberList(parent.id);
    // Not an async function, which would take half a kilobyte while it waits.
    return list instanceof Promise ? list.then(toRows) : toRows(list);
  },

  myMembership: resolveMyMembership,

  member(parent, { memberId }, context) {
    checkIds({ memberId });
    if (hasAttributes(parent) && parent.visibility !== 'SHARED') return null;
    return context.loaders.member({ imageId: parent.id, memberId });
  },
};

export const imageQueries: Pick<QueryResolvers, 'image' | 'images'> = {
  image(_root, { id }, context, info) {
    checkIds({ id });
    if (!selects('Image', info, (field) => field === 'members')) return context.loaders.image(id);
    if (!needsMoreThan('imageKey', info)) return context.loaders.imageOfMembers(id);
    context.loaders.expectMemberList(id);
    return context.loaders.image(id);
  },

  async images(_root, args, context, info) {
    const { connection, errors } = await listImagePage(args, context);
    reportRowErrors(context, errors, info);
    context.loaders.primeImages(connection.nodes);
    return connection;
  },
};
