import type { GraphQLResolveInfo } from 'graphql';
import type { MemberStatus } from '../../upstream/model.ts';
import type { GatewayContext } from '../context.ts';
import type { ImageUserError } from '../generated.ts';
import { type Bulk, type ChangeRow, carryOut, carryOutTask, type Task, type TaskChange } from './bulk-changes.ts';
import { setStatus } from './member-change.ts';
import { OwnMember } from './own-member.ts';

/**
 * Sets the status of one member in several images, a few at a time. If only the images can reveal the caller's member id,
 * they are changed one after another until one of them has: the first that is shared with the caller, or its own.
 *
 * @param memberId null: the caller's own.
 * @returns a row for each image.
 */
export async function updateStatuses(
  imageIds: readonly string[],
  memberId: string | null,
  status: MemberStatus,
  context: GatewayContext,
  info: GraphQLResolveInfo,
): Promise<ChangeRow[]> {
  const own = new OwnMember(context);
  const change = (task: Task): Promise<TaskChange> => changeStatus(task, status, own, context);
  const bulk: Bulk<Task> = { context, info, fields: { imageId: 'imageIds' }, change };
  const rows: (ChangeRow | Task)[] = imageIds.map((imageId) => ({ imageId, memberId, action: 'UPDATE' }));
  if (memberId === null) {
    for (const [index, task] of rows.entries()) {
      if (!(await isSought(own))) break;
      const row = await carryOutTask(task, index, bulk);
      rows[index] = row;
      if (index + 1 < rows.length && row.userErrors.some(isNoMember)) await own.learnFrom(task.imageId);
    }
  }
  const changes = await carryOut(rows, bulk);
  return changes.map((row) => ({ ...row, memberId: row.memberId ?? own.id }));
}

/** A failure of the Identity service is reported at each row. */
function isSought(own: OwnMember): Promise<boolean> {
  return own.isSought().catch(() => false);
}

/** Whether a user error says that the caller sees the image and is not a member of it. */
function isNoMember({ code }: ImageUserError): boolean {
  return code === 'NOT_IMAGE_MEMBER' || code === 'IMAGE_NOT_SHARED';
}

async function changeStatus(
  { imageId, memberId }: Task,
  status: MemberStatus,
  own: OwnMember,
  context: GatewayContext,
): Promise<TaskChange> {
  const id = memberId ?? (await own.find(imageId));
  if (typeof id !== 'string') {
    return { key: { imageId, memberId: own.id }, member: null, userErrors: [id], unchanged: false };
  }
  const change = await setStatus({ imageId, memberId: id }, status, context);
  if (memberId !== null) return change;
  if (change.userErrors.length === 0) own.confirm(change.key.memberId);
  return { ...change, key: { imageId: change.key.imageId, memberId: own.id } };
}
