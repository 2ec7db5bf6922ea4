import { hasAttributes } from '../../upstream/model.ts';
import type { ImageResolvers, MyMembershipResolvers } from '../generated.ts';

/** `Image.myMembership`. */
export const resolveMyMembership: NonNullable<ImageResolvers['myMembership']> = async (image, _args, context) => {
  if (hasAttributes(image) && image.visibility !== 'SHARED') return null;
  const status = await context.loaders.ownStatus(image);
  return status === null ? null : { imageId: image.id, status };
};

export const myMembership: MyMembershipResolvers = {
  /** To a member, upstream lists itself alone; more rows are somebody else's. */
  async imageMember({ imageId }, _args, context) {
    const rows = (await context.loaders.memberList(imageId))?.rows ?? [];
    return rows.length === 1 ? (rows[0] ?? null) : null;
  },
};
