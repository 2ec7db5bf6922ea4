import type { GraphQLResolveInfo } from 'graphql';
import { hasAttributes, type ImageMember } from '../../upstream/model.ts';
import type { GatewayContext } from '../context.ts';
import type { ImageResolvers } from '../generated.ts';
import { needsMoreThan } from '../selection.ts';

/** `Image.myMembership`: looked up as a whole only if the query selects more of it than the lists by status tell. */
export const resolveMyMembership: NonNullable<ImageResolvers['myMembership']> = async (
  image,
  _args,
  context,
  info: GraphQLResolveInfo,
) => {
  if (hasAttributes(image) && image.visibility !== 'SHARED') return null;
  const status = await context.loaders.ownStatus(image);
  if (status === null) return null;
  // Nothing that is selected shows who the member is.
  if (!needsMoreThan('status', context.selections, info)) return { imageId: image.id, memberId: '', status };
  if (!needsMoreThan('memberStatus', context.selections, info)) {
    const memberId = await context.identity.ownMemberId(async () => (await findOwnRow(image.id, context))?.memberId);
    if (memberId !== null) return { imageId: image.id, memberId, status };
  }
  return findOwnRow(image.id, context);
};

/** To a member, upstream lists itself alone; more rows are somebody else's. */
async function findOwnRow(imageId: string, { loaders }: GatewayContext): Promise<ImageMember | null> {
  const [row, another] = (await loaders.memberList(imageId))?.rows ?? [];
  return row !== undefined && another === undefined ? row : null;
}
