import { GatewayError, UpstreamError } from '../../errors.ts';
import type { ImageAttributes } from '../../upstream/model.ts';
import { maxIdLength, whyNotPathSegment } from '../../upstream/path.ts';
import type { GatewayContext } from '../context.ts';
import type { ImageConnection, ImageFilter, QueryImagesArgs } from '../generated.ts';
import { maxPageSize } from '../limits/list-sizes.ts';
import { type ListOrder, toListOrder } from './image-order.ts';
import { type Place, type WalkResult, walkImages } from './image-walk.ts';

/** The longest filter value: the Images API stores no longer value for any of these attributes. */
const maxFilterLength = 255;
/** The filters that take a string, in the order in which they are checked. */
const textFilters = ['owner', 'name', 'tag', 'diskFormat', 'containerFormat'] as const;

/** Longer than any cursor, which encodes a part's name and an id of up to three bytes per character. */
const maxCursorLength = 2 * 3 * maxIdLength;

/** A page of images. */
export interface ImagePageResult {
  readonly connection: ImageConnectionModel;
  /** An error for each omitted row. */
  readonly errors: readonly GatewayError[];
}

interface ImageConnectionModel extends Pick<ImageConnection, 'pageInfo'> {
  readonly edges: readonly { readonly cursor: string; readonly node: ImageAttributes }[];
  readonly nodes: readonly ImageAttributes[];
}

/**
 * Lists a page of images. Reads one image more than the page size, because upstream also sends a `next` link after a
 * last page that is exactly full. Omitted rows count towards the page size.
 *
 * @throws GatewayError `BAD_USER_INPUT` for invalid arguments.
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

function toPage({ rows, errors, cutAt }: WalkResult, size: number): ImagePageResult {
  const pageRows = rows.slice(0, size);
  const edges = pageRows.flatMap(({ image, ...place }) =>
    image instanceof UpstreamError ? [] : [{ cursor: toCursor(place), node: image }],
  );
  // A page may end with omitted rows, or after many rows that do not belong to it: the next page starts after them.
  const end = rows.length > size ? pageRows.at(-1) : cutAt;
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
    errors: [...pageRows.flatMap(({ image }) => (image instanceof UpstreamError ? [image] : [])), ...errors],
  };
}

/** @returns the filter. @throws GatewayError `BAD_USER_INPUT`, naming the invalid field. */
function checkFilter(filter: ImageFilter): ImageFilter {
  for (const name of textFilters) {
    const text = filter[name] ?? '';
    if (text.length > maxFilterLength) {
      throw badInput(`"filter.${name}" is longer than ${maxFilterLength} characters.`);
    }
    if (!text.isWellFormed()) throw badInput(`"filter.${name}" contains half of a surrogate pair.`);
  }
  if (filter.sharedWithMe && filter.visibility && filter.visibility !== 'SHARED') {
    throw badInput('"filter.sharedWithMe" allows no "visibility" other than SHARED. Remove one of the two.');
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
    '"after" is not a cursor of this list, or its image no longer exists. Start again from the first page.',
    { upstreamRequestId: details?.upstreamRequestId },
  );
}

function badInput(message: string): GatewayError {
  return new GatewayError('BAD_USER_INPUT', message);
}
