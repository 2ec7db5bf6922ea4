import { UpstreamError } from '../errors.ts';
import type { TooLargeAnswer } from './attempt.ts';
import type { ImageQuery } from './image-query.ts';
import type { ImageAttributes } from './model.ts';
import { isTooLarge } from './rows.ts';

/** A row of a page of images. */
export interface ImageRow {
  /** Where the row stands in the list; undefined where not even that can be told. */
  readonly id: string | undefined;
  /** The image, or why it is left out. */
  readonly image: ImageAttributes | UpstreamError;
}

/** A page of images, in the order of the list. */
export interface ImagePage {
  readonly rows: readonly ImageRow[];
  /** Whether upstream says that more may follow. */
  readonly more: boolean;
  /** The id of the last row, understood or not: where the next page starts. */
  readonly lastId: string | undefined;
}

/** A page, and what it took. */
export interface ReadPage extends ImagePage {
  /** How many rows it might have had, which is less than was asked for where those are too large together. */
  readonly limit: number;
  readonly calls: number;
}

/** How many times smaller the next page is that is asked for, after one that was too large. */
export const shrinkBy = 4;

/**
 * Reads a page of images. Where its rows are too large together, asks for fewer; a single row that is still too large is
 * left out, so that one image hides no others.
 *
 * @param read makes one call; `wantsEnd` is that of the call.
 * @throws UpstreamError
 */
export async function readPage(
  query: ImageQuery,
  read: (query: ImageQuery, wantsEnd: boolean) => Promise<ImagePage>,
): Promise<ReadPage> {
  let { limit } = query;
  for (let calls = 1; ; calls++) {
    try {
      return { ...(await read({ ...query, limit }, limit === 1)), limit, calls };
    } catch (error) {
      if (!isTooLarge(error)) throw error;
      const skipped = limit === 1 ? findNextMarker(error.cause) : undefined;
      if (skipped !== undefined && skipped !== query.marker) return { ...withoutRow(skipped, error), limit, calls };
      if (limit === 1) throw error;
      limit = Math.ceil(limit / shrinkBy);
    }
  }
}

/** The page of the one row that cannot be had. */
function withoutRow(id: string, { cause }: UpstreamError): ImagePage {
  const why = `image ${id} was left out, because the gateway does not accept so large an answer`;
  const image = new UpstreamError('UPSTREAM_INVALID_RESPONSE', `Could not list images as asked: ${why}.`, { cause });
  return { rows: [{ id, image }], more: true, lastId: id };
}

const text = String.raw`"(?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u[\da-fA-F]{4})*"`;
/** A link to the next page at the end of a body. Only texts may follow it: so it is no property of an image. */
const nextLink = new RegExp(String.raw`"next"\s*:\s*(${text})(?:\s*,\s*${text}\s*:\s*${text})*\s*\}\s*$`);

/** Glance writes the link to the next page behind the images: it tells which image comes last. */
function findNextMarker({ end }: TooLargeAnswer): string | undefined {
  const link = end === null ? undefined : nextLink.exec(end)?.[1];
  return link === undefined ? undefined : toMarker(JSON.parse(link));
}

/** The marker in a link to the next page; undefined where there is none. */
export function toMarker(link: unknown): string | undefined {
  if (typeof link !== 'string') return undefined;
  return new URLSearchParams(link.slice(link.indexOf('?') + 1)).get('marker') ?? undefined;
}
