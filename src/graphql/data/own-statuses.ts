import type { ImagesClient } from '../../upstream/images-client.ts';
import { hasAttributes, type Image, type ImageAttributes, type MemberStatus } from '../../upstream/model.ts';
import { foldId } from '../../upstream/same-id.ts';
import { inChunks, isForFewer } from './images-by-id.ts';
import { allInOrder, settle } from './settle.ts';

const statuses = ['PENDING', 'ACCEPTED', 'REJECTED'] as const satisfies readonly MemberStatus[];

/** The form of ids that a filter by several ids accepts. */
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** By requested id: true if upstream lists the image, or the error that left it unknown. */
type Listed = ReadonlyMap<string, true | Error>;

/** The caller's membership in one image, derived from upstream's lists by status. */
export type OwnStatus =
  /** The caller has this status, or is not a member. */
  | MemberStatus
  | null
  /** Upstream lists the image under two statuses: the caller is a member twice, and the member list must decide. */
  | 'SEVERAL'
  | Error;

/**
 * The caller's own status in each of these images. The caller's own images and, for administrators, all images are
 * listed under every status; for these the result is null.
 *
 * @throws the error of a list that fails.
 */
export async function loadOwnStatuses(client: ImagesClient, images: readonly Image[]): Promise<OwnStatus[]> {
  const lists = await allInOrder(statuses.map((status) => listByStatus(client, images, status)));
  return images.map(({ id }) => {
    const found = lists.map((list) => list.get(id));
    const failure = found.find((result) => result instanceof Error);
    if (failure) return failure;
    const held = statuses.filter((_status, index) => found[index]);
    if (held.length === 2) return 'SEVERAL';
    return held.length === 1 ? (held[0] ?? null) : null;
  });
}

/**
 * The caller's own images among those listed under this status: they are listed under every other status as well. An
 * image listed under only one other status belongs to another project, and the caller is a member twice.
 *
 * @throws the error of a list that fails, or that leaves an image undecided.
 */
export async function findOwn(
  client: ImagesClient,
  images: readonly ImageAttributes[],
  status: MemberStatus,
): Promise<ReadonlySet<ImageAttributes>> {
  let own = images;
  for (const other of statuses) {
    if (other === status) continue;
    const listed = await listByStatus(client, own, other);
    for (const result of listed.values()) if (result instanceof Error) throw result;
    own = own.filter(({ id }) => listed.has(id));
  }
  return new Set(own);
}

/** Maximum number of calls that `leaveOutOwn` makes for this many listed images. */
export function callsToFindOwn(images: number, status: MemberStatus | 'ALL'): number {
  const lists = status === 'ALL' ? statuses.length : statuses.length - 1;
  return lists * inChunks(Array<string>(images)).length;
}

async function listByStatus(client: ImagesClient, images: readonly Image[], status: MemberStatus): Promise<Listed> {
  const listable = images.filter(({ id }) => uuid.test(id));
  const listings = [false, true].flatMap((hidden) => {
    // An Images API that is too old to hide images omits the attribute.
    const mayBeListed = (image: Image): boolean => !hasAttributes(image) || (image.osHidden ?? false) === hidden;
    const ids = listable.filter(mayBeListed).map(({ id }) => id);
    return separateSpellings(ids)
      .flatMap(inChunks)
      .map((chunk) => listChunk(client, chunk, status, hidden));
  });
  return new Map((await allInOrder(listings)).flatMap((listed) => [...listed]));
}

/** Splits ids into lists without two spellings of one id, so that each returned row matches one requested id. */
function separateSpellings(ids: readonly string[]): string[][] {
  const folded = new Set<string>();
  const [list, others]: [string[], string[]] = [[], []];
  for (const id of ids) (folded.size < folded.add(foldId(id)).size ? list : others).push(id);
  return others.length > 0 ? [list, ...separateSpellings(others)] : [list];
}

/**
 * Lists one chunk. Lists the rest again if upstream limits pages to fewer rows, and halves the chunk if the response is
 * too large.
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
  const found = ids.filter((id) => listed.has(foldId(id)));
  const left = ids.filter((id) => !listed.has(foldId(id)));
  const isCut = page.more && found.length > 0 && left.length > 0;
  return [...found.map((id) => [id, true] as const), ...(isCut ? await listChunk(client, left, status, hidden) : [])];
}
