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

/** One change to make: a pair of image and project, and the action to take on it. */
export interface Task {
  readonly imageId: string;
  /** Null for the caller's own member id while that is unknown. */
  readonly memberId: string | null;
  readonly action: ImageMemberAction;
}

/** One row of a bulk payload. */
export interface ChangeRow extends Task {
  readonly outcome: ImageMemberOutcome;
  readonly imageMember: ImageMember | null;
  readonly userErrors: readonly ImageUserError[];
}

/** A task that adds a project to an image's members, or removes it from them. */
export interface PairTask extends ImageMemberKey {
  readonly action: 'ADD' | 'REMOVE';
}

/** Lists the members of the pair's image; null if the list cannot be read. */
export type FindMembers = (key: ImageMemberKey) => Promise<MemberList | null>;

/** The result of a task. */
export interface TaskChange extends Omit<MemberChange, 'key'> {
  readonly key: Pick<Task, 'imageId' | 'memberId'>;
}

/** Maps the field names of a single-pair input to those of a bulk mutation's input. */
export type FieldNames = Readonly<Record<string, string>>;

/** How a bulk mutation carries out its tasks and reports their results. */
export interface Bulk<T extends Task> {
  readonly context: GatewayContext;
  readonly info: GraphQLResolveInfo;
  readonly fields: FieldNames;
  /** Carries out a task. @throws GatewayError for failures that the user cannot fix. */
  readonly change: (task: T) => Promise<TaskChange>;
}

/**
 * Carries out tasks, a few concurrently, and returns finished rows unchanged. Different spellings of the same pair run
 * one after another, because Glance can store a member twice if two requests add it concurrently.
 */
export function carryOut<T extends Task>(rows: readonly (ChangeRow | T)[], bulk: Bulk<T>): Promise<ChangeRow[]> {
  const toGroup = ({ imageId, memberId }: Task): string => `${foldId(imageId)}/${foldId(memberId ?? '')}`;
  return runEach(rows, bulk.context.bulkConcurrency, toGroup, async (row, index) =>
    'outcome' in row ? row : carryOutTask(row, index, bulk),
  );
}

/** Creates the function that adds or removes a member. It calls `findMembers` before each removal. */
export function changePair(context: GatewayContext, findMembers: FindMembers) {
  return async (task: PairTask): Promise<MemberChange> =>
    task.action === 'ADD' ? addMember(task, context) : ensureNoMember(task, context, await findMembers(task));
}

/** Carries out one task. Reports a failure as that task's row, so that the other rows are still returned. */
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
 * Adds the error of a failed row to the response.
 *
 * @returns the row's outcome, as far as it is known.
 * @throws the error itself if it is not a GatewayError, or if upstream rejected the token before accepting any call with
 *   it: nothing was changed then, so the mutation fails as a whole.
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

/** Converts the result of a task to a row. */
function toRow({ action }: Task, { key, member, userErrors, unchanged }: TaskChange, fields: FieldNames): ChangeRow {
  const { imageId, memberId } = key;
  const row = { action, imageId, memberId, imageMember: member };
  if (unchanged) return { ...row, outcome: 'UNCHANGED', userErrors: [] };
  const outcome = userErrors.length > 0 ? 'REFUSED' : 'DONE';
  return { ...row, outcome, userErrors: userErrors.map((error) => renameField(error, fields)) };
}

/** Renames the fields in a single-pair user error to those of the bulk mutation's input. */
export function renameField(error: ImageUserError, names: FieldNames): ImageUserError {
  return { ...error, field: error.field?.map((name) => names[name] ?? name) ?? null };
}

/**
 * Counts changes towards the operation's limit.
 *
 * @returns a user error if the limit would be exceeded, otherwise null.
 * @throws GatewayError `LIMIT_EXCEEDED` if the rows would exceed the response's size limit.
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
