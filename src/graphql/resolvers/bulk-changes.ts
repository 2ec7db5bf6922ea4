import type { GraphQLResolveInfo } from 'graphql';
import { GatewayError } from '../../errors.ts';
import type { ImageMember, ImageMemberKey } from '../../upstream/model.ts';
import { foldId } from '../../upstream/same-id.ts';
import { type GatewayContext, reportError } from '../context.ts';
import type { MemberList } from '../data/loaders.ts';
import type { ImageMemberAction, ImageMemberOutcome, UserError } from '../generated.ts';
import { checkRoomFor } from '../limits/list-charge.ts';
import { addMember, ensureNoMember, type MemberChange } from './member-change.ts';
import { invalidInput } from './refusal.ts';
import { runEach } from './run-each.ts';

/** One row of a bulk payload. */
export interface ChangeRow extends ImageMemberKey {
  readonly action: ImageMemberAction;
  readonly outcome: ImageMemberOutcome;
  readonly imageMember: ImageMember | null;
  readonly userErrors: readonly UserError[];
}

/** A pair, and what to do about it. */
export interface Task extends ImageMemberKey {
  readonly action: 'ADD' | 'REMOVE';
}

/** Finds the members of the image of a pair; null where they cannot be had. */
export type FindMembers = (key: ImageMemberKey) => Promise<MemberList | null>;

/** A bulk mutation: what its tasks need to be carried out, and to be told of. */
export interface Bulk {
  readonly context: GatewayContext;
  readonly info: GraphQLResolveInfo;
  readonly findMembers: FindMembers;
  /** The names of the input's fields that the ids come from. */
  readonly fields: Readonly<Record<keyof ImageMemberKey, string>>;
}

/**
 * Carries out tasks, a few at a time. What is a row already stays one. Different spellings of one pair come one after
 * another: Glance may add a member twice that is added twice at the same moment.
 */
export function carryOut(rows: readonly (ChangeRow | Task)[], bulk: Bulk): Promise<ChangeRow[]> {
  const toGroup = ({ imageId, memberId }: ImageMemberKey): string => `${foldId(imageId)}/${foldId(memberId)}`;
  return runEach(rows, bulk.context.bulkConcurrency, toGroup, async (row, index) =>
    'outcome' in row ? row : carryOutTask(row, index, bulk),
  );
}

/** Never throws, so that no pair hides what became of another. */
async function carryOutTask(task: Task, index: number, bulk: Bulk): Promise<ChangeRow> {
  const { context, info, findMembers } = bulk;
  try {
    if (task.action === 'ADD') return toRow(task, await addMember(task, context), bulk);
    return toRow(task, await ensureNoMember(task, context, await findMembers(task)), bulk);
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    reportError(context, error, info, ['changes', index]);
    return { ...task, outcome: error.details.outcome ?? 'FAILED', imageMember: null, userErrors: [] };
  }
}

/** What became of a task, as a row. */
export function toRow(
  { action }: Task,
  { key, member, userErrors, unchanged }: MemberChange,
  { fields }: Pick<Bulk, 'fields'>,
): ChangeRow {
  const { imageId, memberId } = key;
  const row = { action, imageId, memberId, imageMember: member };
  if (unchanged) return { ...row, outcome: 'UNCHANGED', userErrors: [] };
  const outcome = userErrors.length > 0 ? 'REFUSED' : 'DONE';
  return { ...row, outcome, userErrors: userErrors.map((error) => renameField(error, fields)) };
}

/** A user error about one pair, with the name that the field has in the input of a bulk mutation. */
export function renameField(error: UserError, { imageId, memberId }: Bulk['fields']): UserError {
  const names: Readonly<Record<string, string>> = { imageId, memberId };
  return { ...error, field: error.field?.map((name) => names[name] ?? name) ?? null };
}

/**
 * Why so many changes cannot be made; null where they can. They count towards what the operation may change.
 *
 * @throws GatewayError `LIMIT_EXCEEDED` where the answer would have no room for them.
 */
export function refuseTooMany(changes: number, context: GatewayContext, info: GraphQLResolveInfo): UserError | null {
  const { budget } = context;
  checkRoomFor('changes', changes, context, info);
  if (budget.takeChanges(changes)) return null;
  return invalidInput(
    `${changes} pairs of image and project are too many: the bulk mutations of one operation can change at most ` +
      `${budget.limits.bulkMaxChanges}.`,
  );
}
