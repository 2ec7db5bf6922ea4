import type { ImageMember } from '../../upstream/model.ts';
import { IdIndex, mayBeSameId } from '../../upstream/same-id.ts';
import type { GatewayContext } from '../context.ts';
import type { MemberList } from '../data/loaders.ts';
import { allInOrder } from '../data/settle.ts';
import type { ImageUserError } from '../generated.ts';
import type { ChangeRow, PairTask } from './bulk-changes.ts';
import { imageNotShared, noSuchImage, notOwner, refuseId } from './refusal.ts';
import { runEach } from './run-each.ts';

/** What has to be done so that an image has certain members and no others. */
export interface SetPlan {
  /** The members as they are. */
  readonly list: MemberList;
  /** A row for each member that stays, and a task for each other one. */
  readonly rows: readonly (ChangeRow | PairTask)[];
}

/**
 * Plans what has to be done so that these projects are the members of an image, and no others. A member that may be one
 * of them in another spelling is never removed: upstream is asked whether it is.
 *
 * @returns the plan, or why the caller cannot set the members.
 * @throws GatewayError where that cannot be found out.
 */
export async function planMembers(
  imageId: string,
  memberIds: readonly string[],
  context: GatewayContext,
): Promise<SetPlan | ImageUserError> {
  const key = { imageId, memberId: '' };
  const { loaders } = context;
  const [image, list] = await allInOrder([loaders.image(imageId), loaders.memberList(imageId)]);
  if (image === null || list === null) return noSuchImage(key);
  if (image.visibility !== 'SHARED') return imageNotShared(image);
  const [incomplete] = list.errors;
  if (incomplete) throw incomplete;
  if (!(await loaders.areAllMembers(list.rows, image))) return notOwner(key, 'create');
  // Such an id can be that of a member, and cannot be made one.
  const [refusal] = memberIds.flatMap((id) => (list.byId.match(id).row ? [] : refuseId('memberId', id)));
  if (refusal) return refusal;

  const kept = new Set<string>();
  const named = await runEach(
    memberIds,
    context.bulkConcurrency,
    (memberId) => memberId,
    async (memberId): Promise<ChangeRow | PairTask> => {
      const imageMember = await findHeld(image.id, memberId, list, context);
      if (imageMember === null) return { imageId: image.id, memberId, action: 'ADD' };
      kept.add(imageMember.memberId);
      const held = { imageId: imageMember.imageId, memberId: imageMember.memberId };
      return { ...held, action: 'KEEP', outcome: 'UNCHANGED', imageMember, userErrors: [] };
    },
  );
  const removals: PairTask[] = [];
  const keptById = new IdIndex([...kept], (id) => id);
  for (const { memberId } of list.rows) {
    const { row, inDoubt } = keptById.match(memberId);
    if (row !== undefined || (inDoubt && (await isAnyOf(kept, image.id, memberId, context)))) continue;
    removals.push({ imageId: image.id, memberId, action: 'REMOVE' });
  }
  return { list, rows: [...named, ...removals] };
}

/**
 * Whether a member in another spelling is one of those that stay, held twice. Glance adds a member twice that is added in
 * two spellings at the same moment, and a removal may then hit either row. It finds the same row by both spellings, so at
 * least one of them is not that of the row.
 */
async function isAnyOf(
  kept: ReadonlySet<string>,
  imageId: string,
  memberId: string,
  { client }: GatewayContext,
): Promise<boolean> {
  for (const asked of [memberId, ...[...kept].filter((id) => mayBeSameId(id, memberId))]) {
    const found = await client.getMember({ imageId, memberId: asked });
    if (found !== null && found.memberId !== asked) return true;
  }
  return false;
}

/** The member that this id means, in whatever spelling it is held; null if there is none. */
async function findHeld(
  imageId: string,
  memberId: string,
  list: MemberList,
  { client }: GatewayContext,
): Promise<ImageMember | null> {
  const { row, inDoubt } = list.byId.match(memberId);
  if (row) return row;
  return inDoubt ? client.getMember({ imageId, memberId }) : null;
}
