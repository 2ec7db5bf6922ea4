import type { ImageMemberResolvers, MutationResolvers, QueryResolvers } from '../generated.ts';
import { checkIds } from '../ids.ts';
import { toImageMemberId } from '../member-id.ts';
import { selectsBeyond } from '../selection.ts';
import { alreadyMember, explainRefusal, refuseIds } from './refusal.ts';
import { resolveImage } from './resolve-image.ts';

/** What a membership can show when only its key is known. */
const keyFields: ReadonlySet<string> = new Set(['__typename', 'id', 'imageId', 'memberId', 'image', 'project']);

export const imageMember: ImageMemberResolvers = {
  // Asynchronous, so that a key that can be none fails alone and not with all other references.
  async __resolveReference(reference, context, info) {
    const { imageId, memberId } = reference;
    checkIds({ imageId, memberId });
    return selectsBeyond(info, 'ImageMember', keyFields) ? context.loaders.member({ imageId, memberId }) : reference;
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
    const invalid = refuseIds(input);
    if (invalid.length > 0) return { imageId: null, imageMember: null, userErrors: invalid };
    const { imageId } = input;
    try {
      const member = await context.client.createMember(input);
      context.loaders.written(input, member);
      return { imageId, imageMember: member, userErrors: [] };
    } catch (error) {
      context.loaders.written(input);
      const refused = await explainRefusal(error, 'create', input, context);
      if (refused.code !== 'ALREADY_MEMBER' && refused.code !== 'MEMBER_LIMIT_EXCEEDED') {
        return { imageId, imageMember: null, userErrors: [refused] };
      }
      // Glance looks at the limit before it looks for the member, so a full image may hold the member already.
      const existing = await context.loaders.member(input);
      return { imageId, imageMember: existing, userErrors: [existing ? alreadyMember(input) : refused] };
    }
  },

  async deleteImageMember(_root, { input }, context) {
    const invalid = refuseIds(input);
    if (invalid.length > 0) return { imageId: null, deletedImageMemberId: null, userErrors: invalid };
    const { imageId } = input;
    try {
      await context.client.deleteMember(input);
      return { imageId, deletedImageMemberId: toImageMemberId(input), userErrors: [] };
    } catch (error) {
      const userErrors = [await explainRefusal(error, 'delete', input, context)];
      return { imageId, deletedImageMemberId: null, userErrors };
    } finally {
      context.loaders.written(input);
    }
  },

  async updateMemberStatus(_root, { input }, context) {
    const invalid = refuseIds(input);
    if (invalid.length > 0) return { imageId: null, imageMember: null, userErrors: invalid };
    const { imageId, status } = input;
    try {
      const member = await context.client.updateMember(input, status);
      context.loaders.written(input, member);
      return { imageId, imageMember: member, userErrors: [] };
    } catch (error) {
      context.loaders.written(input);
      return { imageId, imageMember: null, userErrors: [await explainRefusal(error, 'update', input, context)] };
    }
  },
};
