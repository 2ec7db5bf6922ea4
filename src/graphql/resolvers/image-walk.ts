import { GatewayError, UpstreamError } from '../../errors.ts';
import { type ImageRow, type ReadPage, shrinkBy } from '../../upstream/image-pages.ts';
import type { ImageQuery } from '../../upstream/image-query.ts';
import type { ImageAttributes, MemberStatus } from '../../upstream/model.ts';
import type { GatewayContext } from '../context.ts';
import { leaveOutOwnImages } from '../data/leave-out-own.ts';
import { callsToFindOwn } from '../data/own-statuses.ts';
import type { Ownership } from '../data/ownership.ts';
import type { ListOrder, ListPart } from './image-order.ts';

/** How many calls one page may take at the most. */
const maxCalls = 60;
/** The most images that are asked for in one call: `api_limit_max` of a Glance that was not set up otherwise. */
const maxLimit = 1000;
/** How many times more images the next call asks for where most of them are left out. */
const growBy = 8;

/** A place in a list: right after an image of one of its parts. */
export interface Place {
  readonly part: ListPart;
  readonly id: string;
}

/** A row of the list, and its place there. */
export interface WalkedRow extends Place {
  /** The image, or why it is left out. */
  readonly image: ImageAttributes | UpstreamError;
}

/** What a walk came by. */
export interface Walked {
  readonly rows: readonly WalkedRow[];
  /** Errors of rows that have no place. */
  readonly errors: readonly UpstreamError[];
  /** Where a walk ended that took too many calls; null where it came by enough rows, or by all. */
  readonly cutAt: Place | null;
}

/** What a walk is to come by. */
export interface WalkOptions {
  readonly order: ListOrder;
  readonly query: Omit<ImageQuery, 'marker' | 'limit'>;
  /** Undefined: at the beginning. */
  readonly after: Place | undefined;
  /** How many rows are enough. */
  readonly count: number;
  /** The caller's status in the images of others, where its own are to be left out. */
  readonly leaveOutOwn: MemberStatus | 'ALL' | null;
  /** What is known of the caller's own images, and is found out. */
  readonly ownership?: Ownership;
}

/** The error for a walk that begins after an image which upstream does not know, or does not show. */
type ToStale = (error: UpstreamError) => GatewayError;

/**
 * Walks through a list of images until it has come by enough rows, by all, or to the end of its calls. Asks again where
 * upstream allows only shorter pages than were asked for, and for more where most images do not belong to the list.
 *
 * @throws GatewayError
 */
export async function walkImages(options: WalkOptions, context: GatewayContext, toStale: ToStale): Promise<Walked> {
  const walk = new Walk(options, context, toStale);
  const { after, order } = options;
  const { set, unset } = order;
  if (unset === null) await walk.through(set, after?.id);
  else if (after === undefined && (await walk.takeWhole())) return walk;
  else if (after ? after.part === unset : await walk.startsWith(unset, 'as it is')) {
    const isEnough = await walk.through(unset, after?.id);
    if (!isEnough && (await walk.startsWith(unset, 'as it is'))) await walk.through(set, undefined);
  } else {
    const isEnough = await walk.through(set, after?.id);
    if (!isEnough && (await walk.startsWith(unset, 'reversed'))) await walk.through(unset, undefined);
  }
  return walk;
}

class Walk implements Walked {
  readonly rows: WalkedRow[] = [];
  readonly errors: UpstreamError[] = [];
  cutAt: Place | null = null;
  readonly #options: WalkOptions;
  readonly #context: GatewayContext;
  readonly #toStale: ToStale;
  #calls = 0;
  /** Where the walk has come to. */
  #last: Place | null = null;
  /** The beginning of the list as upstream sorts it, where it has several parts. */
  #beginning: ReadPage | null = null;
  /** The most rows that are asked for: fewer once so many were too large together. */
  #ceiling = Number.POSITIVE_INFINITY;

  constructor(options: WalkOptions, context: GatewayContext, toStale: ToStale) {
    this.#options = options;
    this.#context = context;
    this.#toStale = toStale;
  }

  /** Takes the whole list, if one answer holds it. @returns whether it does. */
  async takeWhole(): Promise<boolean> {
    const { count, order } = this.#options;
    this.#beginning = await this.#read({ ...order.sort, limit: count }, false);
    if (this.#beginning.more) return false;
    await this.#take(this.#beginning.rows, [order.set, order.unset]);
    return true;
  }

  /** Whether the list as upstream sorts it starts with images of this part: some databases sort null before all values. */
  async startsWith(part: ListPart, direction: 'as it is' | 'reversed'): Promise<boolean> {
    const { sortKey, sortDir } = this.#options.order.sort;
    if (direction === 'as it is' && this.#beginning) return beginsWith(this.#beginning, part);
    if (this.#isCut(1)) return false;
    const reverse = sortDir === 'asc' ? 'desc' : 'asc';
    const page = await this.#read({ sortKey, sortDir: direction === 'reversed' ? reverse : sortDir, limit: 1 }, false);
    // What cannot be understood may be one of them.
    return page.rows[0]?.image instanceof UpstreamError || beginsWith(page, part);
  }

  /** Walks through one part. @returns whether the whole walk has come to its end. */
  async through(part: ListPart, start: string | undefined): Promise<boolean> {
    const { count, leaveOutOwn, order } = this.#options;
    const isSieve = leaveOutOwn !== null || order.unset !== null;
    const seen = new Set<string>();
    let marker = start;
    let grown = 0;
    let isWithin = start !== undefined;
    let known = part === order.set && start === undefined ? this.#beginning : null;
    if (known && !beginsWith(known, part)) known = null;
    while (this.cutAt === null) {
      const needed = Math.max(count - this.rows.length, isSieve ? Math.min(grown, maxLimit) : 0);
      const limit = Math.min(needed, this.#ceiling);
      if (known === null && this.#isCut(this.#costOf(limit))) return true;
      const page = known ?? (await this.#read({ ...part.query, marker, limit }, marker === start));
      known = null;
      const fresh = page.rows.filter(({ id }) => id === undefined || !seen.has(id));
      for (const { id } of fresh) if (id !== undefined) seen.add(id);
      await this.#take(fresh, [part]);
      if (this.rows.length >= count) return true;
      // Without anything new, upstream would answer with the same page again and again.
      if (fresh.length === 0 || page.lastId === undefined) return false;
      this.#last = { part, id: page.lastId };
      if (!page.more) return false;
      // Upstream sorts the part that is set in one piece: what follows it is of the other part.
      isWithin ||= hasAny(page, part);
      if (part === order.set && isWithin && hasAny({ rows: page.rows.slice(-1) }, order.unset)) return false;
      marker = page.lastId;
      grown = limit * growBy;
    }
    return true;
  }

  /** Ends the walk before calls that would be too many. @returns whether it did. */
  #isCut(calls: number): boolean {
    if (this.#last === null || this.#calls + calls <= maxCalls) return false;
    this.cutAt = this.#last;
    return true;
  }

  #costOf(limit: number): number {
    const { leaveOutOwn } = this.#options;
    return 1 + (leaveOutOwn === null ? 0 : callsToFindOwn(limit, leaveOutOwn));
  }

  async #read(query: Pick<ImageQuery, 'marker' | 'limit'> & ListPart['query'], isStart: boolean): Promise<ReadPage> {
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
      if (isStart) throw this.#toStale(error);
      throw new GatewayError('UPSTREAM_UNAVAILABLE', 'The list of images changed while it was read. Try again.');
    }
  }

  /** Keeps the rows that belong to these parts of the list. */
  async #take(rows: readonly ImageRow[], parts: readonly (ListPart | null)[]): Promise<void> {
    const { leaveOutOwn } = this.#options;
    const partOf = (image: ImageAttributes): ListPart | null => parts.find((part) => part?.holds(image)) ?? null;
    let images = rows.map(({ image }) => image).filter((image) => !(image instanceof UpstreamError));
    images = images.filter((image) => partOf(image) !== null);
    if (leaveOutOwn !== null && images.length > 0) {
      this.#calls += callsToFindOwn(images.length, leaveOutOwn);
      images = await leaveOutOwnImages(this.#context, images, leaveOutOwn, this.#options.ownership);
    }
    const kept = new Set(images);
    for (const { id, image } of rows) {
      // Which part a row belongs to that cannot be understood is not known: it comes with the first.
      const part = image instanceof UpstreamError ? parts[0] : kept.has(image) ? partOf(image) : null;
      if (image instanceof UpstreamError && id === undefined) this.errors.push(image);
      else if (part && id !== undefined && !this.#has(id, image)) this.rows.push({ part, id, image });
    }
  }

  #has(id: string, image: WalkedRow['image']): boolean {
    return image instanceof UpstreamError && this.rows.some((row) => row.id === id);
  }

  /** Whether upstream refused a list because the image is gone (400), or the token may not see it (403). */
  async #isStale(error: UpstreamError, imageId: string): Promise<boolean> {
    if (error.says('No image found with ID')) return true;
    if (error.status !== 403) return false;
    if (error.says('not visible')) return true;
    // Some policies allow no list at all.
    return (await this.#context.client.getImage(imageId).catch(() => undefined)) === null;
  }
}

/** Whether any of these rows is known to be of this part. */
function hasAny({ rows }: Pick<ReadPage, 'rows'>, part: ListPart | null): boolean {
  return rows.some(({ image }) => !(image instanceof UpstreamError) && part?.holds(image));
}

function beginsWith({ rows }: ReadPage, part: ListPart): boolean {
  return hasAny({ rows: rows.slice(0, 1) }, part);
}
