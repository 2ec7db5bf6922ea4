import type { GraphQLResolveInfo } from 'graphql';
import { hasAttributes, type ImageMember } from '../../upstream/model.ts';
import type { GatewayContext } from '../context.ts';
import type { ImageResolvers } from '../generated.ts';
import { needsMoreThan } from '../selection.ts';

/** `Image.myMembership`: reads the row itself only if the query selects more than the lists by status contain. */
export const resolveMyMembership: NonNullable<ImageResolvers['myMembership']> = async (
  image,
  _args,
  context,
  info: GraphQLResolveInfo,
) => {
  if (hasAttributes(image) && image.visibility !== 'SHARED') return null;
  const status = await context.loaders.ownStatus(image);
  if (status === null) return null;
  // The query does not select the member's id.
  if (!needsMoreThan('status', info)) return { imageId: image.id, memberId: '', status };
  if (!needsMoreThan('memberStatus', info)) {
    const memberId = await context.identity.ownMemberId(async () => (await findOwnRow(image.id, context))?.memberId);
    if (memberId !== null) return { imageId: image.id, memberId, status };
  }
  return findOwnRow(image.id, context);
};

/** Upstream lists only the caller's own row to a member; with more rows, the caller is the owner or an administrator. */
export async function findOwnRow(
  imageId: string,
  { loaders }: Pick<GatewayContext, 'loaders'>,
): Promise<ImageMember | null> {
  const [row, another] = (await loaders.memberList(imageId))?.rows ?? [];
  return row !== undefined && another === undefined ? row : null;
}
