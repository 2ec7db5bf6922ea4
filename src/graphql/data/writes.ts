import { GatewayError, UpstreamError } from '../../errors.ts';
import type { ImagesClient } from '../../upstream/images-client.ts';
import type { ImageAttributes, ImageChanges, ImageMember, ImageMemberKey, MemberStatus } from '../../upstream/model.ts';
import { type Loaders, MemberList } from './loaders.ts';

/** Maximum number of attempts to remove a member that is still there afterwards. */
const removals = 3;

/** The part of an operation's context that writes need. */
interface Writer {
  readonly client: ImagesClient;
  /** Are cleared by each write, so that later reads show it. */
  readonly loaders: Loaders;
  /** Whether a removal is verified by a read before it is reported as done. */
  readonly verifyRemovals: boolean;
}

/**
 * Makes a project a member. If the response is lost, reads the member back: if it exists, the write counts as done.
 *
 * @throws UpstreamError, with `outcome: "UNKNOWN"` only if reading back was inconclusive.
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

/** Changes attributes of an image; reads back as `createMember` does. @throws UpstreamError. */
export async function updateImage(imageId: string, changes: ImageChanges, context: Writer): Promise<ImageAttributes> {
  const image = await attempt(
    () => context.client.updateImage(imageId, changes),
    async () => {
      const held = await context.client.getImage(imageId);
      return held !== null && hasAll(held, changes) ? held : null;
    },
  );
  context.loaders.imageWritten(imageId, image);
  return image;
}

/** Whether an image is as it should be after these changes. Upstream keeps each tag once, in an order of its own. */
function hasAll(image: ImageAttributes, { tags, ...changes }: ImageChanges): boolean {
  const names = Object.keys(changes) as (keyof typeof changes)[];
  const hasTags = tags === undefined || new Set(tags).symmetricDifference(new Set(image.tags)).size === 0;
  return hasTags && names.every((name) => image[name] === changes[name]);
}

/**
 * Removes a member, and verifies that it is gone: Glance may hold a member twice and then removes only one row, and a
 * concurrent status change may undo the removal, even after a 204.
 *
 * @param known the member, if it is known already. Otherwise it is looked up first, because the response to a removal
 *   does not show the stored spelling of the ids.
 * @returns the key of the member as stored by upstream.
 * @throws UpstreamError as `createMember`, and `UPSTREAM_UNAVAILABLE` if the member is still there after all attempts.
 */
export async function deleteMember(key: ImageMemberKey, context: Writer, known?: ImageMember): Promise<ImageMemberKey> {
  const { client, loaders, verifyRemovals } = context;
  const held = known ?? (await lookUpMember(key, context)) ?? key;
  for (let removal = 1; removal <= removals; removal++) {
    try {
      const outcome = await attempt(
        async () => {
          await client.deleteMember(key);
          return 'removed' as const;
        },
        async () => ((await isGone(key, context)) ? ('gone' as const) : null),
      );
      if (outcome === 'gone' || !verifyRemovals) return held;
    } catch (error) {
      const goneSince = removal > 1 && error instanceof UpstreamError && error.status === 404;
      if (!goneSince) throw error;
      return held;
    } finally {
      loaders.written(key);
    }
    // Upstream confirmed the removal: a failed verification does not disprove it.
    if ((await client.getMember(key).catch(() => null)) === null) return held;
  }
  throw new GatewayError(
    'UPSTREAM_UNAVAILABLE',
    `Could not remove member ${key.memberId} from image ${key.imageId}: it is still there after ${removals} attempts. ` +
      'Upstream may hold several rows of it, or its status is being changed concurrently. Try again.',
  );
}

/**
 * Whether a project is certainly not a member. A 404 alone does not prove it: the token may not see the member, the
 * image may currently not be shared, or the id may be stored but not addressable. Only a complete member list is proof.
 */
async function isGone(key: ImageMemberKey, { client, loaders }: Writer): Promise<boolean> {
  if ((await client.getMember(key)) !== null) return false;
  const { rows, errors, byId } = new MemberList(await client.listMembers(key.imageId));
  const { row, inDoubt } = byId.match(key.memberId);
  if (errors.length > 0 || row || inDoubt) return false;
  const image = rows.length === 1 ? await loaders.image(key.imageId) : null;
  return loaders.areAllMembers(rows, image ?? { id: key.imageId });
}

/** The member, or null if it cannot be read: the write does not depend on it, and is not sent after a refused token. */
export async function lookUpMember(
  key: ImageMemberKey,
  { loaders }: Pick<Writer, 'loaders'>,
): Promise<ImageMember | null> {
  try {
    return await loaders.member(key);
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return null;
  }
}

/**
 * Writes and, if the outcome is unknown, reads back the current state. Only a found result is conclusive: a missing one
 * may still appear.
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
