import type { GraphQLResolveInfo } from 'graphql';
import { GatewayError } from '../../errors.ts';
import type { ImageChanges } from '../../upstream/model.ts';
import { type GatewayContext, reportError } from '../context.ts';
import type { MemberList } from '../data/loaders.ts';
import type { MutationResolvers, UpdateImageInput } from '../generated.ts';
import { selects } from '../selection.ts';
import { changeImage } from './image-change.ts';

export const imageMutations: Pick<MutationResolvers, 'updateImage'> = {
  async updateImage(_root, { input: { imageId, ...given } }, context, info) {
    const changes = toChanges(given);
    const members = mayHide(changes, info) ? await findMembers(imageId, context) : noMembers;
    const { userErrors } = await changeImage(imageId, changes, context);
    const refused = userErrors.length > 0;
    if (!refused) for (const error of members?.errors ?? []) reportError(context, error, info, ['hiddenMembers']);
    return {
      imageId: userErrors.some(({ code }) => code === 'INVALID_INPUT') ? null : imageId,
      hiddenMembers: refused || members === null ? null : members.rows,
      userErrors,
    };
  },
};

const noMembers: Pick<MemberList, 'rows' | 'errors'> = { rows: [], errors: [] };

/** The attributes to change; null counts as absent. */
function toChanges(given: Omit<UpdateImageInput, 'imageId'>): ImageChanges {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
}

/** Whether the members must be listed before the change, because afterwards nobody can list them. */
function mayHide({ visibility }: ImageChanges, info: GraphQLResolveInfo): boolean {
  if (visibility === undefined || visibility === 'SHARED') return false;
  return selects('UpdateImagePayload', info, (field) => field === 'hiddenMembers');
}

/** Lists the members; null on failure. @throws GatewayError if upstream rejects the token. */
async function findMembers(imageId: string, { loaders }: GatewayContext): Promise<MemberList | null> {
  try {
    return await loaders.memberList(imageId);
  } catch (error) {
    if (!(error instanceof GatewayError) || error.code === 'UNAUTHENTICATED') throw error;
    return null;
  }
}
