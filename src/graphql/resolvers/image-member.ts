import type { GraphQLResolveInfo } from 'graphql';
import type { ImageMember, ImageMemberKey } from '../../upstream/model.ts';
import type { GatewayContext } from '../context.ts';
import type { ImageMemberResolvers, ImageUserError, MutationResolvers, QueryResolvers } from '../generated.ts';
import { checkIds } from '../ids.ts';
import { toImageMemberId } from '../member-id.ts';
import type { MemberPayload } from '../models.ts';
import { needsMoreThan } from '../selection.ts';
import { addMember, type MemberChange, removeMember, setStatus } from './member-change.ts';
import { OwnMember } from './own-member.ts';
import { resolveImage } from './resolve-image.ts';

/** Resolves the representation of a member that a router sends: its image id and member id. */
export function resolveImageMemberReference(
  key: ImageMemberKey,
  context: GatewayContext,
  info: GraphQLResolveInfo,
): Promise<ImageMember | null> | ImageMemberKey {
  return needsMoreThan('memberKey', info) ? context.loaders.member(key) : key;
}

export const imageMember: ImageMemberResolvers = {
  id: (member) => toImageMemberId(member),
  image: (member, _args, context, info) => resolveImage(member.imageId, context, info),
  project: (member) => ({ id: member.memberId }),
};

export const imageMemberQueries: Pick<QueryResolvers, 'imageMember'> = {
  imageMember(_root, { imageId, memberId }, context) {
    // In a fixed order: that of the arguments depends on the document.
    checkIds({ imageId, memberId });
    return context.loaders.member({ imageId, memberId });
  },
};

export const imageMemberMutations: Pick<
  MutationResolvers,
  'createImageMember' | 'deleteImageMember' | 'updateMemberStatus'
> = {
  async createImageMember(_root, { input }, context) {
    return toMemberPayload(await addMember(input, context));
  },

  async deleteImageMember(_root, { input }, context) {
    const { key, userErrors } = await removeMember(input, context);
    const deletedImageMemberId = userErrors.length > 0 ? null : toImageMemberId(key);
    return { imageId: toImageId(key, userErrors), deletedImageMemberId, userErrors };
  },

  async updateMemberStatus(_root, { input: { imageId, memberId, status } }, context) {
    const id = memberId ?? (await new OwnMember(context).find(imageId));
    if (typeof id === 'string') return toMemberPayload(await setStatus({ imageId, memberId: id }, status, context));
    return { imageId: toImageId({ imageId }, [id]), imageMember: null, userErrors: [id] };
  },
};

function toMemberPayload({ key, member, userErrors }: MemberChange): MemberPayload {
  return { imageId: toImageId(key, userErrors), imageMember: member, userErrors };
}

/** The id of the payload's image; null if the input contains an invalid id. */
function toImageId({ imageId }: Pick<ImageMemberKey, 'imageId'>, userErrors: readonly ImageUserError[]): string | null {
  return userErrors.some(({ code }) => code === 'INVALID_INPUT') ? null : imageId;
}
