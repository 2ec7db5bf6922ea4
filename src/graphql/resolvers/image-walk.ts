import { GatewayError, UpstreamError } from '../../errors.ts';
import { type ImageRow, type ReadPage, shrinkBy } from '../../upstream/image-pages.ts';
import type { ImageQuery } from '../../upstream/image-query.ts';
import type { ImageAttributes, MemberStatus } from '../../upstream/model.ts';
import type { GatewayContext } from '../context.ts';
import { callsToFindOwn } from '../own-statuses.ts';
import type { ListPart } from './image-order.ts';

/** How many calls one page may take at the most. */
const maxCalls = 60;
/** The most images that are asked for in one call: `api_limit_max` of a Glance that was not set up otherwise. */
const maxLimit = 1000;
/** How many times more images the next call asks for where most of them are left out. */
const growBy = 8;

/** The directions in which an image is looked for that has nothing to be ordered by. */
const probes = ['asc', 'desc'] as const;

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
  readonly parts: readonly ListPart[];
  readonly query: Omit<ImageQuery, 'marker' | 'limit'>;
  /** Undefined: at the beginning. */
  readonly after: Place | undefined;
  /** How many rows are enough. */
  readonly count: number;
  /** The caller's status in the images of others, where its own are to be left out. */
  readonly leaveOutOwn: MemberStatus | 'ALL' | null;
}

/**
 * Walks through a list of images until it has come by enough rows, by all, or to the end of its calls. Asks again where
 * upstream allows only shorter pages than were asked for, and for more where most images do not belong to the list.
 *
 * @throws GatewayError, and what `onStale` returns where upstream does not know the image that the walk starts after.
 */
export async function walkImages(
  options: WalkOptions,
  context: GatewayContext,
  onStale: (error: UpstreamError) => GatewayError,
): Promise<Walked> {
  const walk = new Walk(options, context, onStale);
  const { after } = options;
  const parts = after ? options.parts.slice(options.parts.indexOf(after.part)) : options.parts;
  for (const [index, part] of parts.entries()) {
    const isEnough = await walk.through(part, part === after?.part ? after.id : undefined);
    if (isEnough || (await walk.finish(parts.slice(index + 1)))) break;
  }
  return walk;
}

class Walk implements Walked {
  readonly rows: WalkedRow[] = [];
  readonly errors: UpstreamError[] = [];
  cutAt: Place | null = null;
  readonly #options: WalkOptions;
  readonly #context: GatewayContext;
  readonly #onStale: (error: UpstreamError) => GatewayError;
  #calls = 0;
  /** Where the walk has come to. */
  #last: Place | null = null;
  /** The images of the whole list, where one answer held them all. */
  #all: readonly ImageAttributes[] | null = null;
  /** The most rows that are asked for: fewer once so many were too large together. */
  #ceiling = Number.POSITIVE_INFINITY;

  constructor(options: WalkOptions, context: GatewayContext, onStale: (error: UpstreamError) => GatewayError) {
    this.#options = options;
    this.#context = context;
    this.#onStale = onStale;
  }

  /** Walks through one part. @returns whether the whole walk has come to its end. */
  async through(part: ListPart, start: string | undefined): Promise<boolean> {
    const { count, leaveOutOwn } = this.#options;
    if (start === undefined && part.probeBy !== undefined) {
      if (this.#isCut(probes.length)) return true;
      if (!(await this.#mayHold(part, part.probeBy))) return false;
    }
    const isSieve = leaveOutOwn !== null || part.holds !== null;
    const seen = new Set<string>();
    let marker = start;
    let grown = 0;
    for (;;) {
      const needed = Math.max(count - this.rows.length, isSieve ? Math.min(grown, maxLimit) : 0);
      const limit = Math.min(needed, this.#ceiling);
      if (this.#isCut(this.#costOf(limit))) return true;
      const page = await this.#read({ ...part.query, marker, limit }, marker === start);
      const fresh = page.rows.filter(({ id }) => id === undefined || !seen.has(id));
      for (const { id } of fresh) if (id !== undefined) seen.add(id);
      await this.#take(part, fresh);
      if (this.rows.length >= count) return true;
      if (part.listsAll && marker === undefined && !page.more) this.#all = toImages(page.rows);
      // Without anything new, upstream would answer with the same page again and again.
      if (fresh.length === 0 || page.lastId === undefined) return false;
      this.#last = { part, id: page.lastId };
      if (!page.more) return false;
      marker = page.lastId;
      grown = limit * growBy;
    }
  }

  /**
   * Takes the rows of the parts that are left, where all of them are known.
   *
   * @returns whether that ends the walk.
   */
  async finish(parts: readonly ListPart[]): Promise<boolean> {
    if (this.#all === null || parts.length === 0) return false;
    const before = this.rows.length;
    const all = sortByTime(this.#all, this.#options.parts.at(-1)?.query.sortDir);
    const rows = all.map((image) => ({ id: image.id, image }));
    for (const part of parts) await this.#take(part, rows);
    if (this.rows.length < this.#options.count) return true;
    // Times are told in seconds: only upstream knows which rows come first, and so are on this page.
    this.rows.length = before;
    return false;
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

  /** Whether there may be any image of this part: a walk through all others would find out late. */
  async #mayHold({ holds }: ListPart, sortKey: string): Promise<boolean> {
    for (const sortDir of probes) {
      const { rows } = await this.#read({ sortKey, sortDir, limit: 1 }, false);
      if (rows.some(({ image }) => image instanceof UpstreamError || holds?.(image))) return true;
    }
    return false;
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
      if (marker === undefined || !(await this.#isStale(error, marker))) throw error;
      if (isStart) throw this.#onStale(error as UpstreamError);
      throw new GatewayError('UPSTREAM_UNAVAILABLE', 'The list of images changed while it was read. Try again.');
    }
  }

  /** Keeps the rows that belong to the list. */
  async #take(part: ListPart, rows: readonly ImageRow[]): Promise<void> {
    const { leaveOutOwn } = this.#options;
    let images = toImages(rows);
    if (part.holds) images = images.filter(part.holds);
    if (leaveOutOwn !== null && images.length > 0) {
      this.#calls += callsToFindOwn(images.length, leaveOutOwn);
      images = await this.#context.loaders.leaveOutOwn(images, leaveOutOwn);
    }
    const kept = new Set(images);
    for (const { id, image } of rows) {
      if (!(image instanceof UpstreamError)) {
        if (kept.has(image)) this.rows.push({ part, id: image.id, image });
      } else if (id === undefined) {
        this.errors.push(image);
      } else if (!this.rows.some((row) => row.id === id)) {
        // Which part a row belongs to that cannot be understood is not known: it comes with the first.
        this.rows.push({ part, id, image });
      }
    }
  }

  /** Whether upstream refused a list because the image is gone (400), or the token may not see it (403). */
  async #isStale(error: unknown, imageId: string): Promise<boolean> {
    if (!(error instanceof UpstreamError)) return false;
    if (error.says('No image found with ID')) return true;
    if (error.status !== 403) return false;
    if (error.says('not visible')) return true;
    // Some policies allow no list at all.
    return (await this.#context.client.getImage(imageId).catch(() => undefined)) === null;
  }
}

function toImages(rows: readonly ImageRow[]): ImageAttributes[] {
  return rows.map(({ image }) => image).filter((image) => !(image instanceof UpstreamError));
}

function sortByTime(images: readonly ImageAttributes[], sortDir: 'asc' | 'desc' = 'desc'): ImageAttributes[] {
  const toKey = ({ createdAt, id }: ImageAttributes): string => `${createdAt ?? ''} ${id}`;
  const sorted = images.toSorted((a, b) => (toKey(a) < toKey(b) ? -1 : 1));
  return sortDir === 'asc' ? sorted : sorted.reverse();
}
