import { GatewayError } from '../../errors.ts';
import type { ImageMember, ImageMemberKey, MemberStatus } from '../../upstream/model.ts';
import type { GatewayContext } from '../context.ts';
import type { UserError } from '../generated.ts';
import { createMember, deleteMember, updateMember } from '../writes.ts';
import { alreadyMember, explainRefusal, notOwner, refuseIds, type Write } from './refusal.ts';

/** What became of changing one member. */
export interface MemberChange {
  /** The member as it is now, where there is one. */
  readonly member: ImageMember | null;
  /** Why nothing was changed; empty where it was. */
  readonly userErrors: readonly UserError[];
  /** Whether nothing had to be changed; `userErrors` then says so to those who see an error in it. */
  readonly unchanged: boolean;
}

/** Makes a project a member. @throws GatewayError where a user can do nothing about it. */
export async function addMember(key: ImageMemberKey, context: GatewayContext): Promise<MemberChange> {
  const change = await attempt('create', key, context, () => createMember(key, context));
  const code = change.userErrors[0]?.code;
  if (code !== 'ALREADY_MEMBER' && code !== 'MEMBER_LIMIT_EXCEEDED') return change;
  // Glance looks at the limit before it looks for the member, so a full image may hold the member already.
  const member = await lookUp(key, context);
  if (member) return { member, userErrors: [alreadyMember(key)], unchanged: true };
  return { ...change, unchanged: code === 'ALREADY_MEMBER' };
}

/** The member's row, where it can be had: upstream has said enough of the write that a failed look does not change. */
async function lookUp(key: ImageMemberKey, context: GatewayContext): Promise<ImageMember | null> {
  try {
    return await context.loaders.member(key);
  } catch (error) {
    if (error instanceof GatewayError) return null;
    throw error;
  }
}

/** Removes a member. @throws GatewayError where a user can do nothing about it. */
export async function removeMember(key: ImageMemberKey, context: GatewayContext): Promise<MemberChange> {
  return attempt('delete', key, context, async () => {
    await deleteMember(key, context);
    return null;
  });
}

/** Sets a member's status. @throws GatewayError where a user can do nothing about it. */
export async function setStatus(
  key: ImageMemberKey,
  status: MemberStatus,
  context: GatewayContext,
): Promise<MemberChange> {
  return attempt('update', key, context, () => updateMember(key, status, context));
}

async function attempt(
  write: Write,
  key: ImageMemberKey,
  context: GatewayContext,
  run: () => Promise<ImageMember | null>,
): Promise<MemberChange> {
  const invalid = refuseIds(key);
  if (invalid.length > 0) return { member: null, userErrors: invalid, unchanged: false };
  try {
    return { member: await run(), userErrors: [], unchanged: false };
  } catch (error) {
    context.loaders.written(key);
    return { member: null, userErrors: [await explainRefusal(error, write, key, context)], unchanged: false };
  }
}

/**
 * Removes a member if there is one. Upstream answers 404 for a project that is no member, but also for an image that the
 * token may not see; and, under the stricter policies, to a member that would remove another one.
 */
export async function ensureNoMember(key: ImageMemberKey, context: GatewayContext): Promise<MemberChange> {
  const change = await removeMember(key, context);
  if (change.userErrors[0]?.code !== 'NOT_FOUND') return change;
  const image = await context.loaders.image(key.imageId);
  if (image === null) return change;
  const isMember = (await context.loaders.ownStatus(image)) !== null;
  return isMember ? { ...change, userErrors: [notOwner(key, 'delete')] } : { ...change, unchanged: true };
}
