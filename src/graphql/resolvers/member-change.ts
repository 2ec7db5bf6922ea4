import type { ImageMember, ImageMemberKey, MemberStatus } from '../../upstream/model.ts';
import type { GatewayContext } from '../context.ts';
import type { UserError } from '../generated.ts';
import { createMember, deleteMember, updateMember } from '../writes.ts';
import { alreadyMember, explainRefusal, notOwner, refuseIds } from './refusal.ts';

/** What became of adding or removing one member. */
export interface MemberChange {
  /** The member as it is now, where there is one. */
  readonly member: ImageMember | null;
  /** Why nothing was changed, or null. */
  readonly refused: UserError | null;
  /** Whether nothing had to be changed; `refused` then says so to those who see an error in it. */
  readonly unchanged: boolean;
}

/** Makes a project a member. @throws GatewayError where a user can do nothing about it. */
export async function addMember(key: ImageMemberKey, context: GatewayContext): Promise<MemberChange> {
  const [invalid] = refuseIds(key);
  if (invalid) return { member: null, refused: invalid, unchanged: false };
  try {
    return { member: await createMember(key, context), refused: null, unchanged: false };
  } catch (error) {
    context.loaders.written(key);
    const refused = await explainRefusal(error, 'create', key, context);
    if (refused.code !== 'ALREADY_MEMBER' && refused.code !== 'MEMBER_LIMIT_EXCEEDED') {
      return { member: null, refused, unchanged: false };
    }
    // Glance looks at the limit before it looks for the member, so a full image may hold the member already.
    const member = await context.loaders.member(key);
    return member
      ? { member, refused: alreadyMember(key), unchanged: true }
      : { member, refused, unchanged: refused.code === 'ALREADY_MEMBER' };
  }
}

/** Removes a member. @throws GatewayError where a user can do nothing about it. */
export async function removeMember(key: ImageMemberKey, context: GatewayContext): Promise<MemberChange> {
  const [invalid] = refuseIds(key);
  if (invalid) return { member: null, refused: invalid, unchanged: false };
  try {
    await deleteMember(key, context);
    return { member: null, refused: null, unchanged: false };
  } catch (error) {
    const refused = await explainRefusal(error, 'delete', key, context);
    return { member: null, refused, unchanged: false };
  }
}

/** Sets a member's status. @throws GatewayError where a user can do nothing about it. */
export async function setStatus(
  key: ImageMemberKey,
  status: MemberStatus,
  context: GatewayContext,
): Promise<MemberChange> {
  const [invalid] = refuseIds(key);
  if (invalid) return { member: null, refused: invalid, unchanged: false };
  try {
    return { member: await updateMember(key, status, context), refused: null, unchanged: false };
  } catch (error) {
    context.loaders.written(key);
    return { member: null, refused: await explainRefusal(error, 'update', key, context), unchanged: false };
  }
}

/**
 * Removes a member if there is one. Upstream answers 404 for a project that is no member, but also for an image that the
 * token may not see; and, under the stricter policies, to a member that would remove another one.
 */
export async function ensureNoMember(key: ImageMemberKey, context: GatewayContext): Promise<MemberChange> {
  const change = await removeMember(key, context);
  if (change.refused?.code !== 'NOT_FOUND') return change;
  const image = await context.loaders.image(key.imageId);
  if (image === null) return change;
  const isMember = (await context.loaders.ownStatus(image)) !== null;
  return isMember ? { ...change, refused: notOwner(key, 'delete') } : { ...change, unchanged: true };
}
