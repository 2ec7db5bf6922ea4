import DataLoader from 'dataloader';
import { UpstreamError } from '../../errors.ts';
import type { ImagesClient } from '../../upstream/images-client.ts';
import {
  hasAttributes,
  type Image,
  type ImageAttributes,
  type ImageMember,
  type ImageMemberKey,
  type MemberStatus,
} from '../../upstream/model.ts';
import { whyNotAddressable } from '../../upstream/path.ts';
import type { Rows } from '../../upstream/rows.ts';
import { IdIndex } from '../../upstream/same-id.ts';
import { isListable, loadImagesById } from './images-by-id.ts';
import { loadOwnStatuses, type OwnStatus } from './own-statuses.ts';
import { settle } from './settle.ts';

/** The members of an image: a row per project, and an error for each row that could not be parsed. */
export class MemberList implements Rows<ImageMember> {
  readonly rows: readonly ImageMember[];
  readonly errors: Rows<ImageMember>['errors'];
  #byId: IdIndex<ImageMember> | undefined;

  constructor({ rows, errors }: Rows<ImageMember>) {
    this.rows = rows;
    this.errors = errors;
  }

  /** The rows, indexed by member id. */
  get byId(): IdIndex<ImageMember> {
    this.#byId ??= new IdIndex(this.rows, ({ memberId }) => memberId);
    return this.#byId;
  }
}

/** Numbers of reads, and of loads, which are reads that the request's cache could not answer. */
export class LoaderStats {
  readonly image = { reads: 0, loads: 0 };
  readonly memberList = { reads: 0, loads: 0 };
  readonly member = { reads: 0, loads: 0 };
  readonly ownStatus = { reads: 0, loads: 0 };
}

/**
 * The reads of one request, each made once. Images requested in the same tick become one call; several members of one
 * image become one list. Lives as long as its request, so no data reaches another token. Ids are cached as spelled in
 * the request: only upstream knows whether another spelling is the same id.
 */
export class Loaders {
  readonly #client: ImagesClient;
  #lazyImages: DataLoader<string, ImageAttributes | null> | undefined;
  /** The member lists that are loaded or loading; each is a call of its own. Single members are taken from them. */
  readonly #lists = new Map<string, MemberList | Promise<MemberList | null>>();
  #lazyMembers: DataLoader<ImageMemberKey, ImageMember | null, string> | undefined;
  #lazyOwnStatuses: DataLoader<Image, MemberStatus | null, string> | undefined;
  readonly #stats: LoaderStats;

  constructor(client: ImagesClient, stats = new LoaderStats()) {
    this.#client = client;
    this.#stats = stats;
  }

  get #images() {
    this.#lazyImages ??= new DataLoader((ids) => this.#loadImages(ids));
    return this.#lazyImages;
  }

  get #members() {
    this.#lazyMembers ??= new DataLoader((keys) => this.#loadMembers(keys), { cacheKeyFn: toCacheKey });
    return this.#lazyMembers;
  }

  get #ownStatuses() {
    this.#lazyOwnStatuses ??= new DataLoader((images) => this.#loadOwnStatuses(images), { cacheKeyFn: ({ id }) => id });
    return this.#lazyOwnStatuses;
  }

  #list(imageId: string): MemberList | Promise<MemberList | null> {
    const known = this.#lists.get(imageId);
    if (known !== undefined) return known;
    this.#stats.memberList.loads++;
    // Not an async function, which would take half a kilobyte while it waits.
    const loading: Promise<MemberList | null> = this.#client.listMembers(imageId).then(
      (rows) => {
        const list = new MemberList(rows);
        // Unless it was forgotten meanwhile.
        if (this.#lists.get(imageId) === loading) this.#lists.set(imageId, list);
        return list;
      },
      (error: unknown) => toNoMembers(error, () => this.image(imageId)),
    );
    this.#lists.set(imageId, loading);
    return loading;
  }

  /** The image; null if it does not exist or the token may not see it. */
  image(imageId: string): Promise<ImageAttributes | null> {
    this.#stats.image.reads++;
    return this.#images.load(imageId);
  }

  /**
   * The members of the image that the token may see; null if the token may not see the image. Not a promise once they are
   * loaded: many fields may read the same list, and each would make several promises of its own.
   */
  memberList(imageId: string): MemberList | Promise<MemberList | null> {
    this.#stats.memberList.reads++;
    return this.#list(imageId);
  }

  /**
   * Starts to load the members of an image concurrently with the image itself. The call is wasted if the image turns
   * out to have none.
   */
  expectMemberList(imageId: string): void {
    const list = this.#list(imageId);
    // `memberList` reports the error to its callers.
    if (list instanceof Promise) list.catch(() => {});
  }

  /** The key of an image whose members are read anyway: their list shows whether it exists, and how its id is spelled. */
  imageOfMembers(imageId: string): Image | Promise<Image | null> {
    const toImage = (list: MemberList | null) => imageOf(list, imageId) ?? this.image(imageId);
    const list = this.#list(imageId);
    return list instanceof Promise ? list.then(toImage, () => this.image(imageId)) : toImage(list);
  }

  /** One member; null if it does not exist or the token may not see it. */
  member(key: ImageMemberKey): Promise<ImageMember | null> {
    this.#stats.member.reads++;
    return this.#members.load(key);
  }

  /**
   * The caller's own status in the image; null if it is not a member. Also null for the caller's own images and, for
   * administrators, for all images: upstream lists those whatever status the filter has.
   */
  ownStatus(image: Image): Promise<MemberStatus | null> {
    this.#stats.ownStatus.reads++;
    return this.#ownStatuses.load(image);
  }

  /**
   * Whether these rows, listed by upstream, are all members of the image. A caller that is a member gets only its own
   * row, so a single row may be incomplete.
   */
  async areAllMembers(rows: readonly ImageMember[], image: Image): Promise<boolean> {
    return rows.length !== 1 || (await this.ownStatus(image)) === null;
  }

  /** Caches images from a list, so that they need no lookup. */
  primeImages(images: readonly ImageAttributes[]): void {
    for (const image of images) this.#images.prime(image.id, image);
  }

  /** Keeps the members of an image, so that they need not be listed. */
  primeMemberList(imageId: string, list: MemberList): void {
    if (!this.#lists.has(imageId)) this.#lists.set(imageId, list);
  }

  /** Keeps the caller's own status in an image; null where it is no member. */
  primeOwnStatus(image: Image, status: MemberStatus | null): void {
    this.#ownStatuses.prime(image, status);
  }

  /** Clears all caches, so that later reads show the current state. */
  startOver(): void {
    this.#lazyImages?.clearAll();
    this.forgetMembers();
  }

  /** Clears all cached members and statuses. */
  forgetMembers(): void {
    this.#lists.clear();
    this.#lazyMembers?.clearAll();
    this.#lazyOwnStatuses?.clearAll();
  }

  /**
   * Clears what a write made stale: everything, because an image or member may be cached in several spellings. Caches
   * the returned row, if any, under the requested spelling and under that of upstream.
   */
  written(key: ImageMemberKey, row?: ImageMember): void {
    this.startOver();
    if (row) this.#members.prime(key, row).prime(row, row);
  }

  /** Forgets everything after a write to an image, and keeps the image that it answered. */
  imageWritten(imageId: string, image: ImageAttributes): void {
    this.startOver();
    this.#images.prime(imageId, image).prime(image.id, image);
  }

  #loadImages(ids: readonly string[]): Promise<(ImageAttributes | null | Error)[]> {
    this.#stats.image.loads += ids.length;
    return loadImagesById(this.#client, ids);
  }

  #loadMembers(keys: readonly ImageMemberKey[]): Promise<(ImageMember | null | Error)[]> {
    this.#stats.member.loads += keys.length;
    const wanted = new Map<string, number>();
    for (const { imageId } of keys) wanted.set(imageId, (wanted.get(imageId) ?? 0) + 1);
    return Promise.all(
      keys.map((key) => {
        const isListed = this.#lists.has(key.imageId) || (wanted.get(key.imageId) ?? 0) > 1;
        const isAddressable = whyNotAddressable(key.memberId) === null;
        return settle(isListed || !isAddressable ? this.#pick(key, isAddressable) : this.#client.getMember(key));
      }),
    );
  }

  /** Takes a member from the member list. If the list is inconclusive, looks the member up, if it is addressable. */
  async #pick(key: ImageMemberKey, isAddressable: boolean): Promise<ImageMember | null> {
    const list = await this.memberList(key.imageId);
    if (list === null) return null;
    const { row, inDoubt } = list.byId.match(key.memberId);
    if (row) return row;
    const [incomplete] = list.errors;
    if (isAddressable && (inDoubt || incomplete)) return this.#client.getMember(key);
    if (incomplete) throw incomplete;
    return null;
  }

  /** Upstream may hold a different spelling of an image's bare key, one that can be listed. */
  async #loadOwnStatuses(images: readonly Image[]): Promise<(MemberStatus | null | Error)[]> {
    this.#stats.ownStatus.loads += images.length;
    const held = await Promise.all(
      images.map(async (image) => (hasAttributes(image) || isListable(image.id) ? image : await this.image(image.id))),
    );
    const seen = held.filter((image) => image !== null);
    const statuses = await loadOwnStatuses(this.#client, seen);
    const statusOf = new Map(seen.map((image, index) => [image, statuses[index]]));
    return Promise.all(
      held.map((image) => (image === null ? null : settle(this.#decide(image.id, statusOf.get(image) ?? null)))),
    );
  }

  /** If the caller is a member twice, the row that was changed last holds its status. */
  async #decide(imageId: string, status: OwnStatus): Promise<MemberStatus | null> {
    if (status instanceof Error) throw status;
    if (status !== 'SEVERAL') return status;
    const rows = (await this.memberList(imageId))?.rows ?? [];
    return rows.length === 1 ? (rows[0]?.status ?? null) : null;
  }
}

/** The members of an image that has none. */
export const noMembers = new MemberList({ rows: [], errors: [] });

/** The image whose members these are, by its id as upstream spells it; null if that is not certain. */
function imageOf(list: MemberList | null, imageId: string): Image | null {
  const id = list?.rows[0]?.imageId ?? (list !== null && isListable(imageId) ? imageId : null);
  return id === null ? null : { id };
}

/** @returns no members if the image has none; null if the token may not see it. @throws any other error. */
async function toNoMembers(
  error: unknown,
  loadImage: () => Promise<ImageAttributes | null>,
): Promise<MemberList | null> {
  if (!(error instanceof UpstreamError)) throw error;
  if (error.status === 404) return null;
  if (error.status !== 403) throw error;
  // For an image that is not shared, and so has no members, Glance answers 403 even to the owner.
  if (error.says('Only shared images have members')) return noMembers;
  const image = await loadImage();
  if (image !== null && image.visibility !== 'SHARED') return noMembers;
  throw error;
}

function toCacheKey({ imageId, memberId }: ImageMemberKey): string {
  return `${imageId}/${memberId}`;
}
