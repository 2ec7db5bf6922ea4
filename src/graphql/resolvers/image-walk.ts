import { GatewayError, UpstreamError } from '../../errors.ts';
import { type ImageRow, type ReadPage, shrinkBy } from '../../upstream/image-pages.ts';
import type { ImageQuery } from '../../upstream/image-query.ts';
import type { ImageAttributes, MemberStatus } from '../../upstream/model.ts';
import type { GatewayContext } from '../context.ts';
import { leaveOutOwnImages } from '../data/leave-out-own.ts';
import { callsToFindOwn } from '../data/own-statuses.ts';
import type { Ownership } from '../data/ownership.ts';
import type { ListOrder, ListPart } from './image-order.ts';

/** The maximum number of upstream calls for one page. */
const maxCalls = 60;
/** The maximum number of images per call: Glance's default for `api_limit_max`. */
const maxLimit = 1000;
/** The factor by which the limit grows from call to call while rows are filtered out here. */
const growBy = 8;

/** A place in a list: immediately after this image of this part. */
export interface Place {
  readonly part: ListPart;
  readonly id: string;
}

/** A row of the list, and its place there. */
export interface WalkedRow extends Place {
  /** The image, or the error for which it is omitted. */
  readonly image: ImageAttributes | UpstreamError;
}

/** The result of a walk. */
export interface WalkResult {
  readonly rows: readonly WalkedRow[];
  /** Errors of rows without an id, which therefore have no place. */
  readonly errors: readonly UpstreamError[];
  /** Where the walk stopped because it ran out of calls; null if it found enough rows or reached the end of the list. */
  readonly cutAt: Place | null;
}

/** What to look for, and where to start. */
export interface WalkOptions {
  readonly order: ListOrder;
  readonly query: Omit<ImageQuery, 'marker' | 'limit'>;
  /** Where to start; undefined for the beginning. */
  readonly after: Place | undefined;
  /** How many rows to find. */
  readonly count: number;
  /** If set, omits the caller's own images; its value is the caller's member status in the remaining ones. */
  readonly leaveOutOwn: MemberStatus | 'ALL' | null;
  /** What is known of the caller's own images, and is found out. */
  readonly ownership?: Ownership;
}

/** Creates the error for a walk that starts after an image that upstream does not know or does not show. */
type ToStale = (error: UpstreamError) => GatewayError;

/**
 * Walks through a list of images until it has found enough rows, reached the end of the list, or used up its calls.
 * Continues if upstream returns shorter pages than requested, and raises the limit if most images are filtered out.
 *
 * @throws GatewayError
 */
export async function walkImages(options: WalkOptions, context: GatewayContext, toStale: ToStale): Promise<WalkResult> {
  const walk = new Walk(options, context, toStale);
  const { after, order } = options;
  const { set, unset } = order;
  if (unset === null) await walk.through(set, after?.id);
  else if (after === undefined && (await walk.readWhole([set, unset]))) return walk;
  else if (after ? after.part === unset : await walk.startsWith(unset, 'as it is')) {
    const isEnough = await walk.through(unset, after?.id);
    if (!isEnough && (await walk.startsWith(unset, 'as it is'))) await walk.through(set, undefined);
  } else {
    const isEnough = await walk.through(set, after?.id);
    if (!isEnough && (await walk.startsWith(unset, 'reversed'))) await walk.through(unset, undefined);
  }
  return walk;
}

class Walk implements WalkResult {
  readonly rows: WalkedRow[] = [];
  readonly errors: UpstreamError[] = [];
  cutAt: Place | null = null;
  readonly #options: WalkOptions;
  readonly #context: GatewayContext;
  readonly #toStale: ToStale;
  #calls = 0;
  /** The last place that the walk has reached. */
  #last: Place | null = null;
  /** The first page of the whole list, as upstream sorts it; read only if the list has two parts. */
  #beginning: ReadPage | null = null;
  /** The highest limit to send; lowered after a page of that many rows was too large. */
  #ceiling = Number.POSITIVE_INFINITY;

  constructor(options: WalkOptions, context: GatewayContext, toStale: ToStale) {
    this.#options = options;
    this.#context = context;
    this.#toStale = toStale;
  }

  /** Reads the whole list, if it fits into one page. @returns whether it does. */
  async readWhole(parts: readonly ListPart[]): Promise<boolean> {
    const { count, order } = this.#options;
    this.#beginning = await this.#read({ ...order.sort, limit: count });
    if (this.#beginning.more) return false;
    await this.#take(this.#beginning.rows, parts);
    return true;
  }

  /** Whether upstream's list starts with this part: some databases sort null first, others last. */
  async startsWith(part: ListPart, direction: 'as it is' | 'reversed'): Promise<boolean> {
    const { sortKey, sortDir } = this.#options.order.sort;
    if (direction === 'as it is' && this.#beginning) return beginsWith(this.#beginning, part);
    if (this.#isCut(1)) return false;
    const reverse = sortDir === 'asc' ? 'desc' : 'asc';
    const page = await this.#read({ sortKey, sortDir: direction === 'reversed' ? reverse : sortDir, limit: 1 });
    // A row that cannot be parsed may belong to any part.
    return page.rows[0]?.image instanceof UpstreamError || beginsWith(page, part);
  }

  /** Walks through one part. @returns whether the whole walk is complete. */
  async through(part: ListPart, start: string | undefined): Promise<boolean> {
    const { count, leaveOutOwn, order } = this.#options;
    const isFiltered = leaveOutOwn !== null || order.unset !== null;
    const seen = new Set<unknown>();
    let marker = start;
    let grown = 0;
    let hasEnteredPart = start !== undefined;
    let known = part === order.set ? this.#beginning : null;
    if (known && !beginsWith(known, part)) known = null;
    for (;;) {
      const needed = Math.max(count - this.rows.length, isFiltered ? Math.min(grown, maxLimit) : 0);
      const limit = Math.min(needed, this.#ceiling);
      if (this.#isCut(this.#costOf(limit))) return true;
      const page = known ?? (await this.#read({ ...part.query, marker, limit }));
      known = null;
      const fresh = page.rows.filter(({ id }) => id === undefined || !seen.has(id));
      for (const { id } of fresh) seen.add(id);
      await this.#take(fresh, [part]);
      if (this.rows.length >= count) return true;
      // Upstream repeats itself, and would return the same page again and again.
      if (fresh.length === 0 || page.lastId === undefined) return false;
      this.#last = { part, id: page.lastId };
      if (!page.more) return false;
      // Images with a value form one contiguous block, so an image without a value ends it.
      hasEnteredPart ||= hasAny(page, part);
      if (part === order.set && hasEnteredPart && hasAny({ rows: page.rows.slice(-1) }, order.unset)) return false;
      marker = page.lastId;
      grown = limit * growBy;
    }
  }

  /** Ends the walk if these calls would exceed the maximum. @returns whether it did. */
  #isCut(calls: number): boolean {
    if (this.#last === null || this.#calls + calls <= maxCalls) return false;
    this.cutAt = this.#last;
    return true;
  }

  #costOf(limit: number): number {
    const { leaveOutOwn } = this.#options;
    return 1 + (leaveOutOwn === null ? 0 : callsToFindOwn(limit, leaveOutOwn));
  }

  async #read(query: Pick<ImageQuery, 'marker' | 'limit'> & ListPart['query']): Promise<ReadPage> {
    const { client } = this.#context;
    const { marker } = query;
    try {
      const page = await client.listImages({ ...this.#options.query, ...query });
      this.#calls += page.calls;
      if (page.calls > 1) this.#ceiling = page.limit;
      this.#ceiling *= shrinkBy;
      return page;
    } catch (error) {
      if (marker === undefined || !(error instanceof UpstreamError && (await this.#isStale(error, marker))))
        throw error;
      if (marker === this.#options.after?.id) throw this.#toStale(error);
      throw new GatewayError('UPSTREAM_UNAVAILABLE', 'The list of images changed while it was read. Try again.');
    }
  }

  /** Keeps the rows that belong to these parts of the list. */
  async #take(rows: readonly ImageRow[], parts: readonly ListPart[]): Promise<void> {
    const { leaveOutOwn } = this.#options;
    let images = rows.map(({ image }) => image).filter((image) => !(image instanceof UpstreamError));
    images = images.filter((image) => partOf(image, parts) !== null);
    if (leaveOutOwn !== null) {
      this.#calls += callsToFindOwn(images.length, leaveOutOwn);
      images = await leaveOutOwnImages(this.#context, images, leaveOutOwn, this.#options.ownership);
    }
    const kept = new Set(images);
    for (const { id, image } of rows) {
      // The part of a row that cannot be parsed is unknown: it is assigned to the first.
      const part = image instanceof UpstreamError ? parts[0] : kept.has(image) ? partOf(image, parts) : null;
      if (image instanceof UpstreamError && id === undefined) this.errors.push(image);
      else if (part && id !== undefined && !this.#has(id, image)) this.rows.push({ part, id, image });
    }
  }

  #has(id: string, image: WalkedRow['image']): boolean {
    return image instanceof UpstreamError && this.rows.some((row) => row.id === id);
  }

  /** Whether upstream refused the list because the marker's image no longer exists (400) or is not visible (403). */
  async #isStale(error: UpstreamError, imageId: string): Promise<boolean> {
    if (error.says('No image found with ID')) return true;
    if (error.status !== 403) return false;
    if (error.says('not visible')) return true;
    // Under some policies, 403 means that the token may not list images at all.
    return (await this.#context.client.getImage(imageId).catch(() => undefined)) === null;
  }
}

function partOf(image: ImageAttributes, parts: readonly ListPart[]): ListPart | null {
  for (const part of parts) if (part.includes(image)) return part;
  return null;
}

/** Whether any of these rows is known to belong to this part. */
function hasAny({ rows }: Pick<ReadPage, 'rows'>, part: ListPart | null): boolean {
  return rows.some(({ image }) => !(image instanceof UpstreamError) && part?.includes(image));
}

function beginsWith({ rows }: ReadPage, part: ListPart): boolean {
  return hasAny({ rows: rows.slice(0, 1) }, part);
}
