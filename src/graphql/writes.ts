import { GatewayError, UpstreamError } from '../errors.ts';
import type { ImageMember, ImageMemberKey, MemberStatus } from '../upstream/model.ts';
import type { GatewayContext } from './context.ts';

/** How often a member is removed again that is still there after it was removed. */
const removals = 3;

/**
 * Makes a project a member. Where the answer was lost, what upstream holds is read back: a member that is there is the
 * answer, however it came about.
 *
 * @throws UpstreamError, with `outcome: "UNKNOWN"` only where reading back could not tell.
 */
export async function createMember(key: ImageMemberKey, context: GatewayContext): Promise<ImageMember> {
  const row = await attempt(
    () => context.client.createMember(key),
    async () => context.client.getMember(key),
  );
  context.loaders.written(key, row);
  return row;
}

/** Sets a member's status; reads back as `createMember` does. @throws UpstreamError. */
export async function updateMember(
  key: ImageMemberKey,
  status: MemberStatus,
  context: GatewayContext,
): Promise<ImageMember> {
  const row = await attempt(
    () => context.client.updateMember(key, status),
    async () => {
      const held = await context.client.getMember(key);
      return held?.status === status ? held : null;
    },
  );
  context.loaders.written(key, row);
  return row;
}

/**
 * Removes a member, and reads back that it is gone: Glance may hold a member twice and then removes one of the two, and
 * a status change at the same moment may undo the removal, although it was answered with 204.
 *
 * @throws UpstreamError; with `outcome: "UNKNOWN"` where the member does not stay away.
 */
export async function deleteMember(key: ImageMemberKey, context: GatewayContext): Promise<void> {
  const gone = async (): Promise<true | null> => ((await context.client.getMember(key)) === null ? true : null);
  for (let removal = 1; removal <= removals; removal++) {
    try {
      await attempt(async () => {
        await context.client.deleteMember(key);
        return true;
      }, gone);
    } catch (error) {
      const goneSince = removal > 1 && error instanceof UpstreamError && error.status === 404;
      if (!goneSince) throw error;
    } finally {
      context.loaders.written(key);
    }
    // Upstream has said that it removed the member: that a second look fails does not make it untrue.
    if (!context.verifyRemovals || (await gone().catch(() => true))) return;
  }
  throw new GatewayError(
    'UPSTREAM_UNAVAILABLE',
    `Member ${key.memberId} of image ${key.imageId} was removed ${removals} times and is there again: its status is being ` +
      'changed at this moment. Try again.',
    { outcome: 'UNKNOWN' },
  );
}

/**
 * Writes; and where the fate of the write is unknown, reads back what upstream holds now. That which is not there may
 * still come, so only what is there tells anything.
 */
async function attempt<T>(write: () => Promise<T>, readBack: () => Promise<T | null>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof UpstreamError) || error.details.outcome !== 'UNKNOWN') throw error;
    const held = await readBack().catch(() => null);
    if (held === null) throw error;
    return held;
  }
}
