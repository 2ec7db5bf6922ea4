import type { GraphQLResolveInfo } from 'graphql';
import { GatewayError } from '../../errors.ts';
import type { ImageMember, ImageMemberKey } from '../../upstream/model.ts';
import { foldId } from '../../upstream/same-id.ts';
import { type GatewayContext, reportError } from '../context.ts';
import type { MemberList } from '../data/loaders.ts';
import type { ImageMemberAction, ImageMemberOutcome, ImageUserError } from '../generated.ts';
import { checkRoomFor } from '../limits/list-charge.ts';
import { addMember, ensureNoMember, type MemberChange } from './member-change.ts';
import { invalidInput } from './refusal.ts';
import { runEach } from './run-each.ts';

/** A pair of image and project, and what to do about it. */
export interface Task {
  readonly imageId: string;
  /** Null: the caller's own, which is not known yet. */
  readonly memberId: string | null;
  readonly action: ImageMemberAction;
}

/** One row of a bulk payload. */
export interface ChangeRow extends Task {
  readonly outcome: ImageMemberOutcome;
  readonly imageMember: ImageMember | null;
  readonly userErrors: readonly ImageUserError[];
}

/** A pair that is to be or not to be one of image and member. */
export interface PairTask extends ImageMemberKey {
  readonly action: 'ADD' | 'REMOVE';
}

/** Finds the members of the image of a pair; null where they cannot be had. */
export type FindMembers = (key: ImageMemberKey) => Promise<MemberList | null>;

/** The result of a task. */
export interface TaskChange extends Omit<MemberChange, 'key'> {
  readonly key: Pick<Task, 'imageId' | 'memberId'>;
}

/** The names that fields have in the input of a bulk mutation, by those that they have for a single pair. */
export type FieldNames = Readonly<Record<string, string>>;

/** A bulk mutation: how its tasks are carried out, and told of. */
export interface Bulk<T extends Task> {
  readonly context: GatewayContext;
  readonly info: GraphQLResolveInfo;
  readonly fields: FieldNames;
  /** Carries out a task. @throws GatewayError where a user can do nothing about it. */
  readonly change: (task: T) => Promise<TaskChange>;
}

/**
 * Carries out tasks, a few at a time. What is a row already stays one. Different spellings of one pair come one after
 * another: Glance may add a member twice that is added twice at the same moment.
 */
export function carryOut<T extends Task>(rows: readonly (ChangeRow | T)[], bulk: Bulk<T>): Promise<ChangeRow[]> {
  const toGroup = ({ imageId, memberId }: Task): string => `${foldId(imageId)}/${foldId(memberId ?? '')}`;
  return runEach(rows, bulk.context.bulkConcurrency, toGroup, async (row, index) =>
    'outcome' in row ? row : carryOutTask(row, index, bulk),
  );
}

/** Adds or removes members. `findMembers` is called before a removal. */
export function changePair(context: GatewayContext, findMembers: FindMembers) {
  return async (task: PairTask): Promise<MemberChange> =>
    task.action === 'ADD' ? addMember(task, context) : ensureNoMember(task, context, await findMembers(task));
}

/** Carries out one task. Reports what fails, so that one pair does not hide the result of another. */
export async function carryOutTask<T extends Task>(task: T, index: number, bulk: Bulk<T>): Promise<ChangeRow> {
  const { context, info, fields, change } = bulk;
  try {
    return toRow(task, await change(task), fields);
  } catch (error) {
    const { imageId, memberId, action } = task;
    const outcome = reportFailure(error, context, info, ['changes', index]);
    return { imageId, memberId, action, outcome, imageMember: null, userErrors: [] };
  }
}

/**
 * Reports why a row failed.
 *
 * @returns what is known of its outcome.
 * @throws the error if it is not a GatewayError, or if upstream accepts no call with this token: then nothing was
 *   changed, and there is nothing to report per row.
 */
export function reportFailure(
  error: unknown,
  context: GatewayContext,
  info: GraphQLResolveInfo,
  path: readonly (string | number)[],
): ImageMemberOutcome {
  const { budget } = context;
  if (!(error instanceof GatewayError) || (budget.refusal !== null && !budget.isVerified)) throw error;
  reportError(context, error, info, path);
  return error.details.outcome ?? 'FAILED';
}

/** The result of a task, as a row. */
function toRow({ action }: Task, { key, member, userErrors, unchanged }: TaskChange, fields: FieldNames): ChangeRow {
  const { imageId, memberId } = key;
  const row = { action, imageId, memberId, imageMember: member };
  if (unchanged) return { ...row, outcome: 'UNCHANGED', userErrors: [] };
  const outcome = userErrors.length > 0 ? 'REFUSED' : 'DONE';
  return { ...row, outcome, userErrors: userErrors.map((error) => renameField(error, fields)) };
}

/** A user error about one pair, with the name that the field has in the input of a bulk mutation. */
export function renameField(error: ImageUserError, names: FieldNames): ImageUserError {
  return { ...error, field: error.field?.map((name) => names[name] ?? name) ?? null };
}

/**
 * Why so many changes cannot be made; null where they can. They count towards what the operation may change.
 *
 * @throws GatewayError `LIMIT_EXCEEDED` where the answer would have no room for them.
 */
export function refuseTooMany(
  changes: number,
  context: GatewayContext,
  info: GraphQLResolveInfo,
  imageChanges = 0,
): ImageUserError | null {
  const { budget } = context;
  checkRoomFor({ changes, imageChanges }, context, info);
  if (budget.takeChanges(changes)) return null;
  return invalidInput(
    `${changes} pairs of image and project are too many: the bulk mutations of one operation can change at most ` +
      `${budget.limits.bulkMaxChanges}.`,
  );
}
