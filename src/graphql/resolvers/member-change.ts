import { GatewayError } from '../../errors.ts';
import type { ImageAttributes, ImageMember, ImageMemberKey, MemberStatus } from '../../upstream/model.ts';
import type { GatewayContext } from '../context.ts';
import type { MemberList } from '../data/loaders.ts';
import { createMember, deleteMember, lookUpMember, updateMember } from '../data/writes.ts';
import type { ImageUserError } from '../generated.ts';
import { alreadyMember, explainRefusal, imageNotShared, notOwner, refuseIds, type Write } from './refusal.ts';

/** The result of changing one member. */
export interface MemberChange {
  /** The member's key, as upstream spells it if that is known, otherwise as the caller does. */
  readonly key: ImageMemberKey;
  /** The member after the change; null if there is none. */
  readonly member: ImageMember | null;
  /** Why nothing was changed; empty on success. */
  readonly userErrors: readonly ImageUserError[];
  /** Whether nothing had to change: a user error in a single mutation, the outcome `UNCHANGED` in a bulk one. */
  readonly unchanged: boolean;
}

/** Makes a project a member. @throws GatewayError for failures that the user cannot fix. */
export async function addMember(key: ImageMemberKey, context: GatewayContext): Promise<MemberChange> {
  const change = await attempt('create', key, context, async () => done(await createMember(key, context)));
  const code = change.userErrors[0]?.code;
  if (code !== 'ALREADY_MEMBER' && code !== 'MEMBER_LIMIT_EXCEEDED') return change;
  // Glance checks the limit first, so the project may already be a member of a full image.
  const member = await lookUpMember(key, context);
  if (member) return { ...done(member), userErrors: [alreadyMember(key)], unchanged: true };
  return { ...change, unchanged: code === 'ALREADY_MEMBER' };
}

/**
 * Removes a member.
 *
 * @param known the member, if the caller has it already.
 * @throws GatewayError for failures that the user cannot fix.
 */
export async function removeMember(
  key: ImageMemberKey,
  context: GatewayContext,
  known?: ImageMember,
): Promise<MemberChange> {
  return attempt('delete', key, context, async () => {
    const deleted = await deleteMember(key, context, known);
    return { key: deleted, member: null, userErrors: [], unchanged: false };
  });
}

/** Sets a member's status. @throws GatewayError for failures that the user cannot fix. */
export async function setStatus(
  key: ImageMemberKey,
  status: MemberStatus,
  context: GatewayContext,
): Promise<MemberChange> {
  return attempt('update', key, context, async () => done(await updateMember(key, status, context)));
}

async function attempt(
  write: Write,
  key: ImageMemberKey,
  context: GatewayContext,
  run: () => Promise<MemberChange>,
): Promise<MemberChange> {
  const invalid = refuseIds(key);
  if (invalid.length > 0) return refused(key, invalid);
  try {
    return await run();
  } catch (error) {
    context.loaders.forgetMembers();
    return refused(key, [await explainRefusal(error, write, key, context)]);
  }
}

/**
 * Removes a member if there is one. A 404 alone does not prove that there is none: upstream also sends it if the token
 * may not see the image and, under stricter policies, if one member tries to remove another. Only a complete list of the
 * members proves it.
 *
 * @param list the members; null if they are unknown.
 * @throws GatewayError for failures that the user cannot fix.
 */
export async function ensureNoMember(
  key: ImageMemberKey,
  context: GatewayContext,
  list: MemberList | null,
): Promise<MemberChange> {
  const { row, inDoubt } = list?.byId.match(key.memberId) ?? { row: undefined, inDoubt: true };
  const invalid = refuseIds(key);
  if (invalid.length > 0) return { ...refused(key, invalid), member: row ?? null };
  if (list && !row && !inDoubt && (await isComplete(list, key, context))) return unchanged(key);
  const change = await removeMember(key, context, row);
  return change.userErrors[0]?.code === 'NOT_FOUND' ? explainMissing(change, context) : change;
}

/** Whether a list is known to contain all members. Upstream keeps, but hides, those of an image that is not shared. */
async function isComplete(
  list: MemberList,
  { imageId }: ImageMemberKey,
  { loaders }: GatewayContext,
): Promise<boolean> {
  if (list.errors.length > 0) return false;
  const image = await loaders.image(imageId);
  return image?.visibility === 'SHARED' && (await loaders.areAllMembers(list.rows, image));
}

/** Explains why upstream did not find the member to remove. */
async function explainMissing(change: MemberChange, { loaders }: GatewayContext): Promise<MemberChange> {
  const { key } = change;
  const image: ImageAttributes | null = await loaders.image(key.imageId);
  const list = image && (await loaders.memberList(key.imageId));
  if (image === null || list === null) return change;
  if (image.visibility !== 'SHARED') return refused(key, [imageNotShared(image)]);
  const [incomplete] = list.errors;
  if (incomplete) throw incomplete;
  if (!(await loaders.areAllMembers(list.rows, image))) return refused(key, [notOwner(key, 'delete')]);
  if (!list.byId.match(key.memberId).row) return unchanged(key);
  throw new GatewayError(
    'UPSTREAM_INVALID_RESPONSE',
    `Could not remove member ${key.memberId} from image ${key.imageId}: the Images API lists it, but does not find it.`,
  );
}

function done(member: ImageMember): MemberChange {
  return { key: member, member, userErrors: [], unchanged: false };
}

function unchanged(key: ImageMemberKey): MemberChange {
  return { key, member: null, userErrors: [], unchanged: true };
}

function refused(key: ImageMemberKey, userErrors: readonly ImageUserError[]): MemberChange {
  return { key, member: null, userErrors, unchanged: false };
}
