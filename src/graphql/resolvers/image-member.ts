import type { ImageMemberKey } from '../../upstream/model.ts';
import type { ImageMemberResolvers, MutationResolvers, QueryResolvers, UserError } from '../generated.ts';
import { checkIds } from '../ids.ts';
import { toImageMemberId } from '../member-id.ts';
import { createSelectsBeyond } from '../selection.ts';
import { addMember, removeMember, setStatus } from './member-change.ts';
import { resolveImage } from './resolve-image.ts';

/** Whether a membership is asked for more than what can be shown when only its key is known. */
const needsRow = createSelectsBeyond(
  'ImageMember',
  new Set(['__typename', 'id', 'imageId', 'memberId', 'image', 'project']),
);

export const imageMember: ImageMemberResolvers = {
  // Async, because a throw would take the other entities of the request along; a rejection is this one's alone.
  async __resolveReference(reference, context, info) {
    const { imageId, memberId } = reference;
    checkIds({ imageId, memberId });
    return needsRow(info) ? context.loaders.member({ imageId, memberId }) : reference;
  },
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
    const { member, refused } = await addMember(input, context);
    return { imageId: imageIdOf(input, refused), imageMember: member, userErrors: refused ? [refused] : [] };
  },

  async deleteImageMember(_root, { input }, context) {
    const { refused } = await removeMember(input, context);
    return {
      imageId: imageIdOf(input, refused),
      deletedImageMemberId: refused ? null : toImageMemberId(input),
      userErrors: refused ? [refused] : [],
    };
  },

  async updateMemberStatus(_root, { input }, context) {
    const { member, refused } = await setStatus(input, input.status, context);
    return { imageId: imageIdOf(input, refused), imageMember: member, userErrors: refused ? [refused] : [] };
  },
};

/** The image that a payload shows: none where an id of the input can be no id. */
function imageIdOf({ imageId }: ImageMemberKey, refused: UserError | null): string | null {
  return refused?.code === 'INVALID_INPUT' ? null : imageId;
}
