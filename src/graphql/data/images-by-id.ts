import { UpstreamError } from '../../errors.ts';
import { maxIdsPerCall } from '../../upstream/image-query.ts';
import type { ImageList, ImagesClient } from '../../upstream/images-client.ts';
import type { ImageAttributes } from '../../upstream/model.ts';
import { isTooLarge } from '../../upstream/rows.ts';
import { foldId } from '../../upstream/same-id.ts';
import { settle } from './settle.ts';

/** The ids that Glance gives to images; only these can be put in a list of ids. */
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** How many answers may be too large before the images that are left are given up. */
const maxTooLarge = 40;

/** Whether an image can be asked for in a list of ids in this spelling, whatever the database below upstream is. */
export function isListable(imageId: string): boolean {
  return uuid.test(imageId);
}

/** Cuts ids into as many lists as calls are needed for them. */
export function inChunks(ids: readonly string[]): string[][] {
  const chunks: string[][] = [];
  for (let start = 0; start < ids.length; start += maxIdsPerCall) chunks.push(ids.slice(start, start + maxIdsPerCall));
  return chunks;
}

/** Whether upstream may answer a list of fewer ids: the answer was too large, or the list of ids was too long. */
export function isForFewer(error: unknown): error is UpstreamError {
  return isTooLarge(error) || (error instanceof UpstreamError && error.status === 414);
}

/** Loads images by their ids in as few calls as it takes. @returns one entry for each id: null where there is none. */
export async function loadImagesById(
  client: ImagesClient,
  ids: readonly string[],
): Promise<(ImageAttributes | null | Error)[]> {
  const load = new ImagesById(client);
  const listable = ids.filter(isListable);
  if (listable.length < 2) await load.each(ids);
  else await Promise.all([load.each(ids.filter((id) => !isListable(id))), ...inChunks(listable).map(load.list)]);
  return ids.map((id) => load.found.get(id) ?? null);
}

/** One load of several images. */
class ImagesById {
  /** What was found, by the ids that were asked for. */
  readonly found = new Map<string, ImageAttributes | Error | null>();
  readonly #client: ImagesClient;
  #tooLarge = 0;

  constructor(client: ImagesClient) {
    this.#client = client;
  }

  /** Looks up each image by a call of its own. */
  async each(ids: readonly string[]): Promise<void> {
    await Promise.all(ids.map(async (id) => this.found.set(id, await settle(this.#client.getImage(id)))));
  }

  /** Looks up images in lists: visible ones first, then hidden ones, because one list never holds both. */
  readonly list = async (ids: readonly string[]): Promise<void> => {
    await this.#list(ids, false);
  };

  /**
   * An id that is in neither list cannot be seen. A single one that is left, or one whose row could not be understood, is
   * looked up by itself; so are all where the Images API is too old for such a list and refuses it.
   */
  async #list(ids: readonly string[], hidden: boolean): Promise<void> {
    if (ids.length < 2) return this.each(ids);
    const list = await settle(this.#client.listImagesById(ids, hidden));
    if (isForFewer(list)) return this.#halve(ids, hidden, list);
    if (list instanceof UpstreamError && list.status === 400) return this.each(ids);
    if (list instanceof Error) return this.#fail(ids, list);
    const missing = this.#take(list, ids);
    if (list.errors.length > 0) return this.each(missing);
    // Upstream may allow only shorter pages than were asked for: the rest is then still to come.
    if (list.more && missing.length < ids.length) return this.#list(missing, hidden);
    if (!hidden) return this.#list(missing, true);
  }

  /** One half after the other, so that large answers are not held at the same time. */
  async #halve(ids: readonly string[], hidden: boolean, error: Error): Promise<void> {
    if (++this.#tooLarge > maxTooLarge) return this.#fail(ids, error);
    const middle = Math.ceil(ids.length / 2);
    await this.#list(ids.slice(0, middle), hidden);
    await this.#list(ids.slice(middle), hidden);
  }

  #fail(ids: readonly string[], error: Error): void {
    for (const id of ids) this.found.set(id, error);
  }

  /** @returns the ids that are still missing. An image is found by the spelling that was asked for, whatever its own. */
  #take({ rows }: ImageList, ids: readonly string[]): string[] {
    for (const image of rows) this.found.set(foldId(image.id), image);
    return ids.filter((id) => !this.found.has(id));
  }
}
