import { GatewayError, UpstreamError } from '../../errors.ts';
import type { ImagesClient } from '../../upstream/images-client.ts';
import type { ImageMember, ImageMemberKey, MemberStatus } from '../../upstream/model.ts';
import { type Loaders, MemberList } from './loaders.ts';

/** How often a member is removed that is still there afterwards. */
const removals = 3;

/** What writes go through: the part of an operation's context that they need. */
interface Writer {
  readonly client: ImagesClient;
  /** Are called with each write, so that later reads show it. */
  readonly loaders: Loaders;
  /** Whether a removal is read back before it is called done. */
  readonly verifyRemovals: boolean;
}

/**
 * Makes a project a member. Where the answer was lost, what upstream holds is read back: a member that is there is the
 * answer, however it came about.
 *
 * @throws UpstreamError, with `outcome: "UNKNOWN"` only where reading back could not tell.
 */
export async function createMember(key: ImageMemberKey, context: Writer): Promise<ImageMember> {
  const row = await attempt(
    () => context.client.createMember(key),
    async () => context.client.getMember(key),
  );
  context.loaders.written(key, row);
  return row;
}

/** Sets a member's status; reads back as `createMember` does. @throws UpstreamError. */
export async function updateMember(key: ImageMemberKey, status: MemberStatus, context: Writer): Promise<ImageMember> {
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
 * @param known the member, where it is known already. Otherwise it is looked up first, because the answer to a removal
 *   does not tell in which spelling upstream held the ids.
 * @returns the key of the member as upstream held it.
 * @throws UpstreamError as above, and `UPSTREAM_UNAVAILABLE` where the member does not stay away.
 */
export async function deleteMember(key: ImageMemberKey, context: Writer, known?: ImageMember): Promise<ImageMemberKey> {
  const { client, loaders, verifyRemovals } = context;
  const held = known ?? (await lookUp(key, context)) ?? key;
  for (let removal = 1; removal <= removals; removal++) {
    try {
      const told = await attempt(
        async () => {
          await client.deleteMember(key);
          return 'removed' as const;
        },
        async () => ((await isGone(key, context)) ? ('gone' as const) : null),
      );
      if (told === 'gone' || !verifyRemovals) return held;
    } catch (error) {
      const goneSince = removal > 1 && error instanceof UpstreamError && error.status === 404;
      if (!goneSince) throw error;
      return held;
    } finally {
      loaders.written(key);
    }
    // Upstream has said that it removed the member: that a second look fails does not make it untrue.
    if ((await client.getMember(key).catch(() => null)) === null) return held;
  }
  throw new GatewayError(
    'UPSTREAM_UNAVAILABLE',
    `Member ${key.memberId} of image ${key.imageId} was removed ${removals} times and is still there: it is listed more ` +
      'often than that, or its status is being changed at this moment. Try again.',
  );
}

/**
 * Whether nobody can doubt that a project is no member. That it is not found says little: so it is where the token may
 * not see it, where the image is not shared at the moment, and where an id can be stored but not addressed. A list that
 * is known to hold all members has the last word.
 */
async function isGone(key: ImageMemberKey, { client, loaders }: Writer): Promise<boolean> {
  if ((await client.getMember(key)) !== null) return false;
  const { rows, errors, byId } = new MemberList(await client.listMembers(key.imageId));
  const { row, inDoubt } = byId.match(key.memberId);
  if (errors.length > 0 || row || inDoubt) return false;
  const image = rows.length === 1 ? await loaders.image(key.imageId) : null;
  return loaders.areAllMembers(rows, image ?? { id: key.imageId });
}

/** The member, where it can be had: what a write does next does not depend on it. @throws where no token is accepted. */
async function lookUp(key: ImageMemberKey, { loaders }: Writer): Promise<ImageMember | null> {
  try {
    return await loaders.member(key);
  } catch (error) {
    if (!(error instanceof GatewayError) || error.code === 'UNAUTHENTICATED') throw error;
    return null;
  }
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
