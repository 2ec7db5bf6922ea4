import { UpstreamError } from '../errors.ts';
import type { TooLargeAnswer } from './attempt.ts';
import type { ImageQuery } from './image-query.ts';
import type { ImageAttributes } from './model.ts';
import { isTooLarge } from './rows.ts';

/** A row of a page of images. */
export interface ImageRow {
  /** The position of the row in the list; undefined if the row has no readable id. */
  readonly id: string | undefined;
  /** The image, or the error that explains why it is left out. */
  readonly image: ImageAttributes | UpstreamError;
}

/** A page of images, in list order. */
export interface ImagePage {
  readonly rows: readonly ImageRow[];
  /** Whether upstream says that more rows may follow. */
  readonly more: boolean;
  /** The id of the last row, valid or not: the marker of the next page. */
  readonly lastId: string | undefined;
}

/** A page, and what it cost to read. */
export interface ReadPage extends ImagePage {
  /** The page size that was used: smaller than requested if the requested rows were too large together. */
  readonly limit: number;
  readonly calls: number;
}

/** The page size is divided by this after a page that was too large. */
export const shrinkBy = 4;

/**
 * Reads a page of images. If its rows are too large together, requests fewer. A single row that is too large is left
 * out, so that one image cannot hide the others.
 *
 * @param read makes one call; `wantsEnd` is `Call.wantsEnd`.
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

/** A page that holds one row, the image that is too large. */
function withoutRow(id: string, { cause }: UpstreamError): ImagePage {
  const why = `image ${id} was left out, because its response is larger than the gateway accepts`;
  const image = new UpstreamError('UPSTREAM_INVALID_RESPONSE', `Could not list all images: ${why}.`, { cause });
  return { rows: [{ id, image }], more: true, lastId: id };
}

const text = String.raw`"(?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u[\da-fA-F]{4})*"`;
/** A link to the next page at the end of a body. Only strings may follow it, so it cannot be a property of an image. */
const nextLink = new RegExp(String.raw`"next"\s*:\s*(${text})(?:\s*,\s*${text}\s*:\s*${text})*\s*\}\s*$`);

/** Glance writes the link to the next page after the images; its marker is the id of the last image. */
function findNextMarker({ end }: TooLargeAnswer): string | undefined {
  const link = end === null ? undefined : nextLink.exec(end)?.[1];
  return link === undefined ? undefined : toMarker(JSON.parse(link));
}

/** The marker in a link to the next page; undefined if there is none. */
export function toMarker(link: unknown): string | undefined {
  if (typeof link !== 'string') return undefined;
  return new URLSearchParams(link.slice(link.indexOf('?') + 1)).get('marker') ?? undefined;
}
