import { GatewayError, UpstreamError } from '../../errors.ts';
import type { ImageAttributes } from '../../upstream/model.ts';
import { maxIdLength, whyNotPathSegment } from '../../upstream/path.ts';
import type { GatewayContext } from '../context.ts';
import type { ImageConnection, ImageFilter, QueryImagesArgs } from '../generated.ts';
import { maxPageSize } from '../limits/list-sizes.ts';
import { type ListOrder, toListOrder } from './image-order.ts';
import { type Place, type Walked, walkImages } from './image-walk.ts';

/** The longest text that a filter may hold: what the Images API keeps of any of them is not longer. */
const maxFilterLength = 255;
/** In this order they are checked. */
const textFilters = ['owner', 'name', 'tag', 'diskFormat', 'containerFormat'] as const;

/** More than any cursor has: the name of a part, and an id of which each character may take three bytes. */
const maxCursorLength = 2 * 3 * maxIdLength;

/** A page of images. */
export interface ImagePageResult {
  readonly connection: ImageConnectionModel;
  /** An error for each row that was left out. */
  readonly errors: readonly GatewayError[];
}

interface ImageConnectionModel extends Pick<ImageConnection, 'pageInfo'> {
  readonly edges: readonly { readonly cursor: string; readonly node: ImageAttributes }[];
  readonly nodes: readonly ImageAttributes[];
}

/**
 * Lists a page of images. Asks for one image more than the page holds, because upstream's `next` link also follows a
 * last page that is exactly full. Rows that are left out count like the others.
 *
 * @throws GatewayError `BAD_USER_INPUT` for arguments that cannot be used.
 */
export async function listImagePage(
  { first, after, filter, orderBy }: QueryImagesArgs,
  context: GatewayContext,
): Promise<ImagePageResult> {
  const size = first ?? 20;
  if (size < 1 || size > maxPageSize) throw badInput(`"first" must be from 1 to ${maxPageSize}.`);
  const { sharedWithMe, ...conditions } = checkFilter(filter ?? {});
  const order = toListOrder(orderBy);
  const walked = await walkImages(
    {
      order,
      query: { ...conditions, ...(sharedWithMe && { visibility: 'SHARED' }) },
      after: after === null || after === undefined ? undefined : fromCursor(after, order),
      count: size + 1,
      leaveOutOwn: sharedWithMe ? (conditions.memberStatus ?? 'ACCEPTED') : null,
    },
    context,
    ({ details }) => unusableCursor(details),
  );
  return toPage(walked, size);
}

function toPage({ rows, errors, cutAt }: Walked, size: number): ImagePageResult {
  const held = rows.slice(0, size);
  const edges = held.flatMap(({ image, ...place }) =>
    image instanceof UpstreamError ? [] : [{ cursor: toCursor(place), node: image }],
  );
  // A page may end with rows that are left out, or after many that do not belong to it: the next one starts after them.
  const end = rows.length > size ? held.at(-1) : cutAt;
  return {
    connection: {
      edges,
      nodes: edges.map(({ node }) => node),
      pageInfo: {
        hasNextPage: Boolean(end),
        hasPreviousPage: false,
        startCursor: edges.at(0)?.cursor ?? null,
        endCursor: end ? toCursor(end) : (edges.at(-1)?.cursor ?? null),
      },
    },
    errors: [...held.flatMap(({ image }) => (image instanceof UpstreamError ? [image] : [])), ...errors],
  };
}

/** @returns the filter. @throws GatewayError `BAD_USER_INPUT`, naming what cannot be used. */
function checkFilter(filter: ImageFilter): ImageFilter {
  for (const name of textFilters) {
    const text = filter[name] ?? '';
    if (text.length > maxFilterLength) {
      throw badInput(`"filter.${name}" is longer than ${maxFilterLength} characters.`);
    }
    if (!text.isWellFormed()) throw badInput(`"filter.${name}" contains half of a surrogate pair.`);
  }
  if (filter.sharedWithMe && filter.visibility && filter.visibility !== 'SHARED') {
    throw badInput('"filter.sharedWithMe" goes with no "visibility" but SHARED.');
  }
  return filter;
}

function toCursor({ part, id }: Place): string {
  return Buffer.from(`${part.name}:${id}`).toString('base64url');
}

function fromCursor(cursor: string, { set, unset }: ListOrder): Place {
  const text = cursor.length > maxCursorLength ? '' : Buffer.from(cursor, 'base64url').toString();
  const part = [set, unset].find((candidate) => candidate && text.startsWith(`${candidate.name}:`));
  const id = text.slice(text.indexOf(':') + 1);
  if (!part || whyNotPathSegment(id) !== null) throw unusableCursor();
  return { part, id };
}

function unusableCursor(details?: GatewayError['details']): GatewayError {
  return new GatewayError(
    'BAD_USER_INPUT',
    '"after" is no cursor of this list, or its image is gone. Start again from the first page.',
    { upstreamRequestId: details?.upstreamRequestId },
  );
}

function badInput(message: string): GatewayError {
  return new GatewayError('BAD_USER_INPUT', message);
}
