import type { GraphQLResolveInfo } from 'graphql';
import { GatewayError } from '../../errors.ts';
import { whyNotPathSegment } from '../../upstream/path.ts';
import type { GatewayContext } from '../context.ts';
import type { MemberList } from '../data/loaders.ts';
import type { ImageUserError, MutationResolvers } from '../generated.ts';
import {
  type ChangeRow,
  carryOut,
  changePair,
  type FindMembers,
  type PairTask,
  refuseTooMany,
  renameField,
} from './bulk-changes.ts';
import { makeShared } from './make-shared.ts';
import { updateStatuses } from './member-statuses.ts';
import { refuseId, refuseIds } from './refusal.ts';
import { planMembers } from './set-members.ts';

export const imageMembersMutations: Pick<
  MutationResolvers,
  'createImageMembers' | 'deleteImageMembers' | 'updateMemberStatuses' | 'setImageMembers'
> = {
  async createImageMembers(_root, { input }, context, info) {
    const toShare = input.makeShared ? [...new Set(input.imageIds)] : [];
    return changePairs('ADD', input, context, info, toShare);
  },

  async deleteImageMembers(_root, { input }, context, info) {
    return changePairs('REMOVE', input, context, info);
  },

  async updateMemberStatuses(_root, { input: { imageIds, memberId, status } }, context, info) {
    const images = [...new Set(imageIds)];
    const refused = refuseTooMany(images.length, context, info);
    if (refused) return { changes: [], userErrors: [refused] };
    return { changes: await updateStatuses(images, memberId ?? null, status, context, info), userErrors: [] };
  },

  async setImageMembers(_root, { input }, context, info) {
    const memberIds = [...new Set(input.memberIds)];
    const refused = refuseTooMany(memberIds.length, context, info) ?? refuseUnusableIds(input.imageId, memberIds);
    const plan = refused ?? (await planMembers(input.imageId, memberIds, context));
    if (!('rows' in plan)) return { changes: [], userErrors: [renameField(plan, setFields)] };
    const { list, rows } = plan;
    if (input.dryRun) return { changes: rows.map((row) => toPlannedRow(row, list)), userErrors: [] };
    const change = changePair(context, async () => list);
    return { changes: await carryOut(rows, { context, info, fields: setFields, change }), userErrors: [] };
  },
};

interface Pairs {
  readonly imageIds: readonly string[];
  readonly memberIds: readonly string[];
}

/** The input fields that hold the ids of a pair. */
const pairFields = { imageId: 'imageIds', memberId: 'memberIds' };
const setFields = { imageId: 'imageId', memberId: 'memberIds' };

/** @param toShare the images to make `SHARED` first. */
async function changePairs(
  action: PairTask['action'],
  pairs: Pairs,
  context: GatewayContext,
  info: GraphQLResolveInfo,
  toShare: readonly string[] = [],
) {
  const imageIds = [...new Set(pairs.imageIds)];
  const memberIds = [...new Set(pairs.memberIds)];
  const refused = refuseTooMany(imageIds.length * memberIds.length, context, info, toShare.length);
  if (refused) return { changes: [], imageChanges: [], userErrors: [refused] };
  const imageChanges = await makeShared(toShare, context, info);
  const tasks = imageIds.flatMap((imageId) => memberIds.map((memberId): PairTask => ({ imageId, memberId, action })));
  const change = changePair(context, createFindMembers(context));
  const changes = await carryOut(tasks, { context, info, fields: pairFields, change });
  return { changes, imageChanges, userErrors: [] };
}

/** Lists the members of each image once, for the pairs of that image that come one after another. */
function createFindMembers({ loaders, bulkConcurrency }: GatewayContext): FindMembers {
  const lists = new Map<string, Promise<MemberList | null>>();
  async function read(imageId: string): Promise<MemberList | null> {
    try {
      return await loaders.memberList(imageId);
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      return null;
    }
  }
  return async (key) => {
    // Invalid ids never reach upstream.
    if (refuseIds(key).length > 0) return null;
    const { imageId } = key;
    const list = lists.get(imageId) ?? read(imageId);
    lists.set(imageId, list);
    // No more images than this are processed concurrently, so older lists are no longer needed.
    for (const oldest of lists.keys()) if (lists.size > bulkConcurrency) lists.delete(oldest);
    return list;
  };
}

/** The row of a dry run: what the change would do. */
function toPlannedRow(row: ChangeRow | PairTask, list: MemberList): ChangeRow {
  if ('outcome' in row) return row;
  const userErrors = refuseIds(row).map((error) => renameField(error, setFields));
  const imageMember = list.byId.match(row.memberId).row ?? null;
  return { ...row, outcome: userErrors.length > 0 ? 'REFUSED' : 'PLANNED', imageMember, userErrors };
}

/** Refuses ids that cannot be a path segment, before any call. Checks the image's id even if no members are given. */
function refuseUnusableIds(imageId: string, memberIds: readonly string[]): ImageUserError | null {
  const refusals = memberIds.flatMap((memberId) => refuseId('memberId', memberId, whyNotPathSegment));
  return [...refuseId('imageId', imageId), ...refusals][0] ?? null;
}
