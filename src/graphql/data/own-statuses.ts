import type { ImagesClient } from '../../upstream/images-client.ts';
import { hasAttributes, type Image, type ImageAttributes, type MemberStatus } from '../../upstream/model.ts';
import { foldId } from '../../upstream/same-id.ts';
import { inChunks, isForFewer } from './images-by-id.ts';
import { allInOrder, settle } from './settle.ts';

const statuses = ['PENDING', 'ACCEPTED', 'REJECTED'] as const satisfies readonly MemberStatus[];

/** The form of ids that a list of ids can hold. */
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** By the ids that were asked for: true for those that upstream lists, and why that is not known of others. */
type Listed = ReadonlyMap<string, true | Error>;

/** What upstream says about the caller's membership in one image, from its lists by status. */
export type OwnStatus =
  /** The caller has this status, or is no member. */
  | MemberStatus
  | null
  /** Upstream lists the image by several statuses: the caller is a member twice, and the image's members tell more. */
  | 'SEVERAL'
  | Error;

/**
 * The caller's own status in each of these images. Upstream lists the caller's own images, and to administrators all
 * images, by every status: so these have none.
 *
 * @throws the error of a list that cannot be had.
 */
export async function loadOwnStatuses(client: ImagesClient, images: readonly Image[]): Promise<OwnStatus[]> {
  const lists = await allInOrder(statuses.map((status) => listByStatus(client, images, status)));
  return images.map(({ id }) => {
    const told = lists.map((list) => list.get(id));
    const failure = told.find((is) => is instanceof Error);
    if (failure) return failure;
    const held = statuses.filter((_status, index) => told[index]);
    if (held.length === 2) return 'SEVERAL';
    return held.length === 1 ? (held[0] ?? null) : null;
  });
}

/**
 * The caller's own images among those that upstream lists by this status: they are listed by every other status as well.
 * An image that is listed by one other status only is somebody else's, and the caller is a member twice.
 *
 * @throws the error of a list that cannot be had, or which leaves an image in doubt.
 */
export async function findOwn(
  client: ImagesClient,
  images: readonly ImageAttributes[],
  status: MemberStatus,
): Promise<ReadonlySet<ImageAttributes>> {
  let own = images;
  for (const other of statuses) {
    if (other === status || own.length === 0) continue;
    const listed = await listByStatus(client, own, other);
    for (const is of listed.values()) if (is instanceof Error) throw is;
    own = own.filter(({ id }) => listed.has(id));
  }
  return new Set(own);
}

/** How many calls it takes at the most to tell the caller's own images from others among so many that are listed. */
export function callsToFindOwn(images: number, status: MemberStatus | 'ALL'): number {
  const lists = status === 'ALL' ? statuses.length : statuses.length - 1;
  return lists * inChunks(Array<string>(images)).length;
}

async function listByStatus(client: ImagesClient, images: readonly Image[], status: MemberStatus): Promise<Listed> {
  const listable = images.filter(({ id }) => uuid.test(id));
  const listings = [false, true].flatMap((hidden) => {
    // Where the Images API is too old to hide images, it says nothing of it.
    const mayBe = (image: Image): boolean => !hasAttributes(image) || (image.osHidden ?? false) === hidden;
    const ids = listable.filter(mayBe).map(({ id }) => id);
    return apart(ids)
      .flatMap(inChunks)
      .map((chunk) => listChunk(client, chunk, status, hidden));
  });
  return new Map((await allInOrder(listings)).flatMap((listed) => [...listed]));
}

/** Lists without two spellings of one id, so that a row of the answer belongs to one id that was asked for. */
function apart(ids: readonly string[]): string[][] {
  const folded = new Set<string>();
  const [list, others]: [string[], string[]] = [[], []];
  for (const id of ids) (folded.size < folded.add(foldId(id)).size ? list : others).push(id);
  return others.length > 0 ? [list, ...apart(others)] : [list];
}

/**
 * Asks again for what is left where upstream allows only shorter pages than were asked for, and for one half after the
 * other where the answer is too large.
 */
async function listChunk(
  client: ImagesClient,
  ids: readonly string[],
  status: MemberStatus,
  hidden: boolean,
): Promise<(readonly [string, true | Error])[]> {
  const page = await settle(client.listImagesByMemberStatus(ids, status, hidden));
  if (isForFewer(page)) {
    if (ids.length === 1) return ids.map((id) => [id, page]);
    const middle = Math.ceil(ids.length / 2);
    const first = await listChunk(client, ids.slice(0, middle), status, hidden);
    return [...first, ...(await listChunk(client, ids.slice(middle), status, hidden))];
  }
  if (page instanceof Error) throw page;
  const listed = new Set(page.rows.map(({ id }) => foldId(id)));
  const told = ids.filter((id) => listed.has(foldId(id)));
  const left = ids.filter((id) => !listed.has(foldId(id)));
  const isCut = page.more && told.length > 0 && left.length > 0;
  return [...told.map((id) => [id, true] as const), ...(isCut ? await listChunk(client, left, status, hidden) : [])];
}
