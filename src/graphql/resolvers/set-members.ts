import type { ImageMember } from '../../upstream/model.ts';
import { IdIndex, mayBeSameId } from '../../upstream/same-id.ts';
import type { GatewayContext } from '../context.ts';
import type { MemberList } from '../data/loaders.ts';
import { allInOrder } from '../data/settle.ts';
import type { ImageUserError } from '../generated.ts';
import type { ChangeRow, PairTask } from './bulk-changes.ts';
import { imageNotShared, noSuchImage, notOwner, refuseId } from './refusal.ts';
import { runEach } from './run-each.ts';

/** The changes that give an image exactly the requested members. */
export interface SetPlan {
  /** The current members. */
  readonly list: MemberList;
  /** A row for each member to keep, and a task for each one to add or remove. */
  readonly rows: readonly (ChangeRow | PairTask)[];
}

/**
 * Plans the changes that make these projects the only members of an image. Never removes a member that may be one of
 * them in another spelling without asking upstream whether it is.
 *
 * @returns the plan, or the user error that explains why the caller cannot set the members.
 * @throws GatewayError if the members cannot be read.
 */
export async function planMembers(
  imageId: string,
  memberIds: readonly string[],
  context: GatewayContext,
): Promise<SetPlan | ImageUserError> {
  const { loaders } = context;
  const [image, list] = await allInOrder([loaders.image(imageId), loaders.memberList(imageId)]);
  if (image === null || list === null) return noSuchImage({ imageId });
  if (image.visibility !== 'SHARED') return imageNotShared(image);
  const [incomplete] = list.errors;
  if (incomplete) throw incomplete;
  if (!(await loaders.areAllMembers(list.rows, image))) return notOwner({ imageId }, 'create');
  // A new member needs a valid id; an existing one may have any.
  const [refusal] = memberIds.flatMap((id) => (list.byId.match(id).row ? [] : refuseId('memberId', id)));
  if (refusal) return refusal;

  const kept = new Set<string>();
  const named = await runEach(
    memberIds,
    context.bulkConcurrency,
    (memberId) => memberId,
    async (memberId): Promise<ChangeRow | PairTask> => {
      const imageMember = await findExisting(image.id, memberId, list, context);
      if (imageMember === null) return { imageId: image.id, memberId, action: 'ADD' };
      kept.add(imageMember.memberId);
      const storedKey = { imageId: imageMember.imageId, memberId: imageMember.memberId };
      return { ...storedKey, action: 'KEEP', outcome: 'UNCHANGED', imageMember, userErrors: [] };
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
 * Whether this member is a duplicate, in another spelling, of one to keep. Glance stores a member twice if two requests
 * add it in different spellings concurrently, and a removal may then hit either row. Both spellings find the same row, so
 * at least one lookup returns an id other than the one it asked for.
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

/** The member with this id, in any spelling; null if there is none. */
async function findExisting(
  imageId: string,
  memberId: string,
  list: MemberList,
  { client }: GatewayContext,
): Promise<ImageMember | null> {
  const { row, inDoubt } = list.byId.match(memberId);
  if (row) return row;
  return inDoubt ? client.getMember({ imageId, memberId }) : null;
}
