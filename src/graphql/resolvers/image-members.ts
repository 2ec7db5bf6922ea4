import { GatewayError } from '../../errors.ts';
import type { ImageMember, ImageMemberKey } from '../../upstream/model.ts';
import { type GatewayContext, reportError } from '../context.ts';
import type { ImageMemberAction, ImageMemberOutcome, MutationResolvers, UserError } from '../generated.ts';
import { addMember, ensureNoMember, type MemberChange } from './member-change.ts';
import { imageNotShared, invalidInput, noSuchImage, notOwner, refuseIds } from './refusal.ts';

/** One row of a bulk payload. */
export interface ChangeRow extends ImageMemberKey {
  readonly action: ImageMemberAction;
  readonly outcome: ImageMemberOutcome;
  readonly imageMember: ImageMember | null;
  readonly userErrors: readonly UserError[];
}

/** A pair, and what to do about it. */
interface Task extends ImageMemberKey {
  readonly action: 'ADD' | 'REMOVE';
}

type Report = (error: GatewayError, index: number) => void;

export const imageMembersMutations: Pick<
  MutationResolvers,
  'createImageMembers' | 'deleteImageMembers' | 'setImageMembers'
> = {
  async createImageMembers(_root, { input }, context, info) {
    const report: Report = (error, index) => reportError(context, error, info, ['changes', index]);
    return changePairs('ADD', input, context, report);
  },

  async deleteImageMembers(_root, { input }, context, info) {
    const report: Report = (error, index) => reportError(context, error, info, ['changes', index]);
    return changePairs('REMOVE', input, context, report);
  },

  async setImageMembers(_root, { input }, context, info) {
    const { imageId, dryRun } = input;
    const memberIds = [...new Set(input.memberIds)];
    const refused = tooMany(memberIds.length, context) ?? refuseEach(imageId, memberIds);
    const held = refused ? [] : await listForOwner(imageId, context);
    if (refused || !Array.isArray(held)) return { changes: [], userErrors: [refused ?? (held as UserError)] };

    const members = new Map(held.map((member) => [member.memberId, member]));
    const rows = memberIds.map((memberId): ChangeRow | Task => {
      const imageMember = members.get(memberId);
      members.delete(memberId);
      if (imageMember === undefined) return { imageId, memberId, action: 'ADD' };
      return { imageId, memberId, action: 'KEEP', outcome: 'UNCHANGED', imageMember, userErrors: [] };
    });
    for (const memberId of members.keys()) rows.push({ imageId, memberId, action: 'REMOVE' });
    const plan = (task: Task): ChangeRow => {
      const imageMember = held.find(({ memberId }) => memberId === task.memberId) ?? null;
      return { ...task, outcome: 'PLANNED', imageMember, userErrors: [] };
    };
    const changes = await runEach(rows, context.bulk.concurrency, async (row, index) => {
      if ('outcome' in row) return row;
      if (dryRun) return plan(row);
      return change(row, context, (error) => reportError(context, error, info, ['changes', index]));
    });
    return { changes, userErrors: [] };
  },
};

interface Pairs {
  readonly imageIds: readonly string[];
  readonly memberIds: readonly string[];
}

async function changePairs(action: Task['action'], pairs: Pairs, context: GatewayContext, report: Report) {
  const imageIds = [...new Set(pairs.imageIds)];
  const memberIds = [...new Set(pairs.memberIds)];
  const refused = tooMany(imageIds.length * memberIds.length, context);
  if (refused) return { changes: [], userErrors: [refused] };
  const tasks = imageIds.flatMap((imageId) => memberIds.map((memberId): Task => ({ imageId, memberId, action })));
  const changes = await runEach(tasks, context.bulk.concurrency, (task, index) =>
    change(task, context, (error) => report(error, index)),
  );
  return { changes, userErrors: [] };
}

/** Carries out one task; never throws, so that no pair hides what became of another. */
async function change(task: Task, context: GatewayContext, report: (error: GatewayError) => void): Promise<ChangeRow> {
  try {
    return toRow(task, await (task.action === 'ADD' ? addMember(task, context) : ensureNoMember(task, context)));
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    report(error);
    return { ...task, outcome: error.details.outcome ?? 'FAILED', imageMember: null, userErrors: [] };
  }
}

function toRow(task: Task, { member, userErrors, unchanged }: MemberChange): ChangeRow {
  if (unchanged) return { ...task, outcome: 'UNCHANGED', imageMember: member, userErrors: [] };
  return { ...task, outcome: userErrors.length > 0 ? 'REFUSED' : 'DONE', imageMember: member, userErrors };
}

/** The members as the owner sees them, or why the caller cannot set them. */
async function listForOwner(imageId: string, context: GatewayContext): Promise<readonly ImageMember[] | UserError> {
  const key = { imageId, memberId: '' };
  const [image, list] = await Promise.all([context.loaders.image(imageId), context.loaders.memberList(imageId)]);
  if (image === null || list === null) return noSuchImage(key);
  if (image.visibility !== 'SHARED') return imageNotShared(image);
  const [incomplete] = list.errors;
  if (incomplete) throw incomplete;
  return (await context.loaders.areAllMembers(list.rows, image)) ? list.rows : notOwner(key, 'create');
}

function tooMany(changes: number, { bulk }: GatewayContext): UserError | null {
  if (changes <= bulk.maxChanges) return null;
  return invalidInput(
    `${changes} pairs of image and project are too many: at most ${bulk.maxChanges} can be changed at once.`,
  );
}

/** The image's id is checked also where there are no members to go with it. */
function refuseEach(imageId: string, memberIds: readonly string[]): UserError | null {
  const checked = memberIds.length > 0 ? memberIds : [imageId];
  return checked.flatMap((memberId) => refuseIds({ imageId, memberId }))[0] ?? null;
}

/** Runs a function on every item, a few at a time. @returns what it returned, in the order of the items. */
async function runEach<T, R>(
  items: readonly T[],
  concurrency: number,
  run: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  async function worker(): Promise<void> {
    for (const [index, item] of queue) results[index] = await run(item, index);
  }
  await Promise.all(Array.from({ length: concurrency }, worker));
  return results;
}
