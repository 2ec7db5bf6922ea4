import { UpstreamError } from '../../errors.ts';
import { maxIdsPerCall } from '../../upstream/image-query.ts';
import type { ImageList, ImagesClient } from '../../upstream/images-client.ts';
import type { ImageAttributes } from '../../upstream/model.ts';
import { isTooLarge } from '../../upstream/rows.ts';
import { foldId } from '../../upstream/same-id.ts';
import { settle } from './settle.ts';

const digit = '[0-9a-f]';
/**
 * The form of ids that Glance generates; a filter by several ids accepts only these. Spelled out, because V8 matches
 * counted digits half as fast.
 */
const uuid = new RegExp(`^${[8, 4, 4, 4, 12].map((length) => digit.repeat(length)).join('-')}$`);

/** Maximum number of oversized responses before the remaining images fail. */
const maxTooLarge = 40;

/** Whether this spelling of an id can be used in a filter by several ids, whatever database upstream uses. */
export function isListable(imageId: string): boolean {
  return uuid.test(imageId);
}

/** Splits ids into chunks of one call each. */
export function inChunks(ids: readonly string[]): string[][] {
  const chunks: string[][] = [];
  for (let start = 0; start < ids.length; start += maxIdsPerCall) chunks.push(ids.slice(start, start + maxIdsPerCall));
  return chunks;
}

/** Whether a request for fewer ids may succeed: the response was too large, or the URL was too long. */
export function isForFewer(error: unknown): error is UpstreamError {
  return isTooLarge(error) || (error instanceof UpstreamError && error.status === 414);
}

/** Loads images by id in as few calls as possible. @returns one entry per id; null if there is no such image. */
export async function loadImagesById(
  client: ImagesClient,
  ids: readonly string[],
): Promise<(ImageAttributes | null | Error)[]> {
  const load = new ImagesById(client);
  const [listable, others]: [string[], string[]] = [[], []];
  for (const id of ids) (isListable(id) ? listable : others).push(id);
  await Promise.all([load.each(others), ...inChunks(listable).map(load.list)]);
  return ids.map((id) => load.found.get(id) ?? null);
}

/** One batch of images to load. */
class ImagesById {
  /** The results, by requested id. */
  readonly found = new Map<string, ImageAttributes | Error | null>();
  readonly #client: ImagesClient;
  #tooLarge = 0;

  constructor(client: ImagesClient) {
    this.#client = client;
  }

  /** Looks up each image in its own call. */
  async each(ids: readonly string[]): Promise<void> {
    await Promise.all(ids.map(async (id) => this.found.set(id, await settle(this.#client.getImage(id)))));
  }

  /** Looks up images in list calls: visible ones first, then hidden ones, because one list never holds both. */
  readonly list = async (ids: readonly string[]): Promise<void> => {
    await this.#list(ids, false);
  };

  /**
   * An id in neither list is not visible to the caller. A single remaining id, or one whose row could not be parsed, is
   * looked up on its own. So are all ids if the Images API refuses the list: it may be too old for this filter, or its policy
   * may not let the caller list images.
   */
  async #list(ids: readonly string[], hidden: boolean): Promise<void> {
    if (ids.length < 2) return this.each(ids);
    const list = await settle(this.#client.listImagesById(ids, hidden));
    if (isForFewer(list)) return this.#halve(ids, hidden, list);
    if (list instanceof UpstreamError && [400, 403].includes(list.status ?? 0)) return this.each(ids);
    if (list instanceof Error) return this.#fail(ids, list);
    const missing = this.#take(list, ids);
    if (list.errors.length > 0) return this.each(missing);
    // Upstream may limit pages to fewer rows than requested: then list the rest.
    if (list.more && missing.length < ids.length) return this.#list(missing, hidden);
    if (!hidden) return this.#list(missing, true);
  }

  /** Lists the two halves in sequence, so that large responses are not held concurrently. */
  async #halve(ids: readonly string[], hidden: boolean, error: Error): Promise<void> {
    if (++this.#tooLarge > maxTooLarge) return this.#fail(ids, error);
    const middle = Math.ceil(ids.length / 2);
    await this.#list(ids.slice(0, middle), hidden);
    await this.#list(ids.slice(middle), hidden);
  }

  #fail(ids: readonly string[], error: Error): void {
    for (const id of ids) this.found.set(id, error);
  }

  /** @returns the ids that are still missing. Images are stored under the requested spelling of their ids. */
  #take({ rows }: ImageList, ids: readonly string[]): string[] {
    for (const image of rows) this.found.set(foldId(image.id), image);
    return ids.filter((id) => !this.found.has(id));
  }
}
