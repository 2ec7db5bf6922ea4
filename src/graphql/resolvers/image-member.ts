import type { GraphQLResolveInfo } from 'graphql';
import type { ImageMember, ImageMemberKey } from '../../upstream/model.ts';
import type { GatewayContext } from '../context.ts';
import type { ImageMemberResolvers, MutationResolvers, QueryResolvers, UserError } from '../generated.ts';
import { checkIds } from '../ids.ts';
import { toImageMemberId } from '../member-id.ts';
import { needsMoreThanKey } from '../selection.ts';
import { addMember, removeMember, setStatus } from './member-change.ts';
import { resolveImage } from './resolve-image.ts';

/** The member that a router represents by the ids of image and project. */
export function resolveImageMemberReference(
  reference: ImageMemberKey,
  context: GatewayContext,
  info: GraphQLResolveInfo,
): Promise<ImageMember | null> | ImageMemberKey {
  const { imageId, memberId } = reference;
  checkIds({ imageId, memberId });
  if (!needsMoreThanKey('ImageMember', context.selections, info)) return reference;
  return context.loaders.member({ imageId, memberId });
}

export const imageMember: ImageMemberResolvers = {
  id: (member) => toImageMemberId(member),
  image: (member, _args, context, info) => resolveImage(member.imageId, context, info),
  project: (member) => ({ id: member.memberId }),
};

export const imageMemberQueries: Pick<QueryResolvers, 'imageMember'> = {
  imageMember(_root, key, context) {
    checkIds(key);
    return context.loaders.member(key);
  },
};

export const imageMemberMutations: Pick<
  MutationResolvers,
  'createImageMember' | 'deleteImageMember' | 'updateMemberStatus'
> = {
  async createImageMember(_root, { input }, context) {
    const { member, userErrors } = await addMember(input, context);
    return { imageId: toImageId(input, userErrors), imageMember: member, userErrors };
  },

  async deleteImageMember(_root, { input }, context) {
    const { userErrors } = await removeMember(input, context);
    const deletedImageMemberId = userErrors.length > 0 ? null : toImageMemberId(input);
    return { imageId: toImageId(input, userErrors), deletedImageMemberId, userErrors };
  },

  async updateMemberStatus(_root, { input }, context) {
    const { member, userErrors } = await setStatus(input, input.status, context);
    return { imageId: toImageId(input, userErrors), imageMember: member, userErrors };
  },
};

/** The image that a payload shows: none where an id of the input can be no id. */
function toImageId({ imageId }: ImageMemberKey, userErrors: readonly UserError[]): string | null {
  return userErrors.some(({ code }) => code === 'INVALID_INPUT') ? null : imageId;
}
