import DataLoader from 'dataloader';
import { UpstreamError } from '../errors.ts';
import { maxIdsPerCall } from '../upstream/image-query.ts';
import type { ImagesClient } from '../upstream/images-client.ts';
import {
  hasAttributes,
  type Image,
  type ImageAttributes,
  type ImageMember,
  type ImageMemberKey,
  type MemberStatus,
} from '../upstream/model.ts';
import type { Rows } from '../upstream/session.ts';

/** The members of an image: a row for each project, and an error for each row that could not be understood. */
export type MemberList = Rows<ImageMember>;

/** How often each kind of thing was asked for, and how often that took more than what was known already. */
export class LoaderStats {
  readonly image = { reads: 0, loads: 0 };
  readonly memberList = { reads: 0, loads: 0 };
  readonly member = { reads: 0, loads: 0 };
  readonly ownStatus = { reads: 0, loads: 0 };
}

const noMembers: MemberList = { rows: [], errors: [] };

const memberStatuses = ['PENDING', 'ACCEPTED', 'REJECTED'] as const;

/** The ids that Glance gives to images; only these can be put in a list of ids. */
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The reads of one request, each made once. Images asked for together become one call; several members of one image
 * become one list. Lives as long as its request, so nothing is ever shown to another token.
 */
export class Loaders {
  readonly #client: ImagesClient;
  readonly #images: DataLoader<string, ImageAttributes | null>;
  readonly #lists: DataLoader<string, MemberList | null>;
  readonly #members: DataLoader<ImageMemberKey, ImageMember | null, string>;
  readonly #ownStatuses: DataLoader<Image, MemberStatus | null, string>;
  /** The images whose member list is loaded or under way, so that single members can be taken from it. */
  readonly #listed = new Set<string>();
  readonly #stats: LoaderStats;

  constructor(client: ImagesClient, stats = new LoaderStats()) {
    this.#client = client;
    this.#stats = stats;
    this.#images = new DataLoader((ids) => this.#loadImages(ids));
    this.#lists = new DataLoader(async ([id]) => [await settle(this.#loadList(id as string))], { batch: false });
    this.#members = new DataLoader((keys) => this.#loadMembers(keys), { cacheKeyFn: toCacheKey });
    this.#ownStatuses = new DataLoader((images) => this.#loadOwnStatuses(images), { cacheKeyFn: ({ id }) => id });
  }

  /** The image; null if there is none or the token may not see it. */
  image(imageId: string): Promise<ImageAttributes | null> {
    this.#stats.image.reads++;
    return this.#images.load(imageId);
  }

  /** The members of the image that the token may see; null if the token may not see the image. */
  memberList(imageId: string): Promise<MemberList | null> {
    this.#listed.add(imageId);
    this.#stats.memberList.reads++;
    return this.#lists.load(imageId);
  }

  /**
   * Begins to load the members of an image along with the image itself, so that they need not wait for it: a call for
   * nothing where the image turns out to have none.
   */
  expectMemberList(imageId: string): void {
    this.#listed.add(imageId);
    // Whoever asks for the list hears of what went wrong.
    this.#lists.load(imageId).catch(() => {});
  }

  /** One member; null if there is none or the token may not see it. */
  member(key: ImageMemberKey): Promise<ImageMember | null> {
    this.#stats.member.reads++;
    return this.#members.load(key);
  }

  /**
   * The caller's own status in the image; null where it is no member, or not only that: upstream shows the caller's own
   * images, and to administrators all images, whatever status is asked for.
   */
  ownStatus(image: Image): Promise<MemberStatus | null> {
    this.#stats.ownStatus.reads++;
    return this.#ownStatuses.load(image);
  }

  /**
   * Whether these rows, which upstream listed as the image's members, are all of them. To a member, upstream lists itself
   * alone: a single row may be all members, or the caller itself.
   */
  async areAllMembers(rows: readonly ImageMember[], image: Image): Promise<boolean> {
    return rows.length !== 1 || (await this.ownStatus(image)) === null;
  }

  /**
   * Leaves the caller's own images out of a list of shared images that was asked for by this status of the caller. One
   * listing by another status tells: what comes back for both is the caller's own.
   */
  async leaveOutOwn(images: readonly ImageAttributes[], status: MemberStatus | 'ALL'): Promise<ImageAttributes[]> {
    if (status !== 'ALL') {
      const other = status === 'PENDING' ? 'ACCEPTED' : 'PENDING';
      const own = await this.#listByStatus(images, other);
      for (const image of images) this.#ownStatuses.prime(image, own.has(image.id) ? null : status);
    }
    const statuses = await Promise.all(images.map((image) => this.ownStatus(image)));
    return images.filter((_image, index) => statuses[index] !== null);
  }

  /** Takes in images that a listing brought, so that they need not be looked up. */
  primeImages(images: readonly ImageAttributes[]): void {
    for (const image of images) this.#images.prime(image.id, image);
  }

  /** Forgets what a write to this member made stale, and takes in the row that it answered, if any. */
  written(key: ImageMemberKey, row?: ImageMember): void {
    this.#lists.clear(key.imageId);
    this.#listed.delete(key.imageId);
    this.#members.clear(key);
    this.#ownStatuses.clear({ id: key.imageId });
    if (row) this.#members.prime(key, row);
  }

  async #loadImages(ids: readonly string[]): Promise<(ImageAttributes | null | Error)[]> {
    this.#stats.image.loads += ids.length;
    const [only] = ids;
    if (only !== undefined && ids.length === 1) return [await settle(this.#client.getImage(only))];
    const found = new Map<string, ImageAttributes | null | Error>();
    const listable = ids.filter((id) => uuid.test(id));
    const single = listable.length > 1 ? ids.filter((id) => !uuid.test(id)) : ids;
    const chunks = listable.length > 1 ? inChunks(listable) : [];
    await Promise.all([
      ...single.map((id) => this.#loadImage(id, found)),
      ...chunks.map((chunk) => this.#loadChunk(chunk, found)),
    ]);
    return ids.map((id) => found.get(id) ?? null);
  }

  async #loadImage(id: string, found: Map<string, ImageAttributes | null | Error>): Promise<void> {
    found.set(id, await settle(this.#client.getImage(id)));
  }

  /**
   * Visible images first, then hidden ones: one listing never holds both. An id that is in neither cannot be seen. A
   * single leftover, or one whose row could not be understood, is looked up by itself; so are all ids where the Images
   * API is too old for such a listing and refuses it.
   */
  async #loadChunk(ids: readonly string[], found: Map<string, ImageAttributes | null | Error>): Promise<void> {
    let missing = ids;
    let hidden = false;
    while (missing.length > 1) {
      const list = await settle(this.#client.listImagesById(missing, hidden));
      if (list instanceof UpstreamError && list.status === 400) break;
      if (list instanceof Error) {
        for (const id of missing) found.set(id, list);
        return;
      }
      for (const image of list.rows) found.set(image.id, image);
      const asked = missing.length;
      missing = missing.filter((id) => !found.has(id));
      if (list.errors.length > 0) break;
      // Upstream may allow only shorter pages than were asked for: the rest is then still to come.
      if (list.more && missing.length < asked) continue;
      if (hidden) return;
      hidden = true;
    }
    await Promise.all(missing.map((id) => this.#loadImage(id, found)));
  }

  async #loadList(imageId: string): Promise<MemberList | null> {
    this.#stats.memberList.loads++;
    try {
      return await this.#client.listMembers(imageId);
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      if (error.status === 404) return null;
      if (error.status !== 403) throw error;
      // Glance refuses to list the members of an image that is not shared, even to its owner: it has none.
      if (error.says('Only shared images have members')) return noMembers;
      const image = await this.image(imageId);
      if (image !== null && image.visibility !== 'SHARED') return noMembers;
      throw error;
    }
  }

  #loadMembers(keys: readonly ImageMemberKey[]): Promise<(ImageMember | null | Error)[]> {
    this.#stats.member.loads += keys.length;
    const wanted = new Map<string, number>();
    for (const { imageId } of keys) wanted.set(imageId, (wanted.get(imageId) ?? 0) + 1);
    return Promise.all(
      keys.map((key) => {
        const several = (wanted.get(key.imageId) ?? 0) > 1;
        return settle(several || this.#listed.has(key.imageId) ? this.#pick(key) : this.#client.getMember(key));
      }),
    );
  }

  async #pick(key: ImageMemberKey): Promise<ImageMember | null> {
    const list = await this.memberList(key.imageId);
    const row = list?.rows.find((member) => member.memberId === key.memberId);
    if (row) return row;
    return list?.errors.length ? this.#client.getMember(key) : null;
  }

  async #loadOwnStatuses(images: readonly Image[]): Promise<(MemberStatus | null)[]> {
    this.#stats.ownStatus.loads += images.length;
    const byStatus = await Promise.all(memberStatuses.map((status) => this.#listByStatus(images, status)));
    return images.map(({ id }) => {
      const [status, ...others] = memberStatuses.filter((_status, index) => byStatus[index]?.has(id));
      return others.length > 0 ? null : (status ?? null);
    });
  }

  /** The ids of those of these images that upstream lists by this status of the caller. */
  async #listByStatus(images: readonly Image[], status: MemberStatus): Promise<ReadonlySet<string>> {
    const listable = images.filter(({ id }) => uuid.test(id));
    const listings = [false, true].flatMap((hidden) => {
      // Where the Images API is too old to hide images, it says nothing of it.
      const mayBe = (image: Image): boolean => !hasAttributes(image) || (image.osHidden ?? false) === hidden;
      const ids = listable.filter(mayBe).map(({ id }) => id);
      return inChunks(ids).map((chunk) => this.#listChunkByStatus(chunk, status, hidden));
    });
    return new Set((await Promise.all(listings)).flat());
  }

  /** Asks again for what is left where upstream allows only shorter pages than were asked for. */
  async #listChunkByStatus(ids: readonly string[], status: MemberStatus, hidden: boolean): Promise<string[]> {
    const page = await this.#client.listImagesByMemberStatus(ids, status, hidden);
    const listed = new Set(page.rows.map(({ id }) => id));
    const left = ids.filter((id) => !listed.has(id));
    const isCut = page.more && left.length > 0 && left.length < ids.length;
    return [...listed, ...(isCut ? await this.#listChunkByStatus(left, status, hidden) : [])];
  }
}

function inChunks(ids: readonly string[]): string[][] {
  const chunks: string[][] = [];
  for (let start = 0; start < ids.length; start += maxIdsPerCall) chunks.push(ids.slice(start, start + maxIdsPerCall));
  return chunks;
}

function toCacheKey({ imageId, memberId }: ImageMemberKey): string {
  return `${imageId}/${memberId}`;
}

/** One failure is one key's alone: DataLoader takes errors as values. */
async function settle<T>(promise: Promise<T>): Promise<T | Error> {
  try {
    return await promise;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
