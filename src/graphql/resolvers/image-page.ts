import { GatewayError, UpstreamError } from '../../errors.ts';
import type { ImageQuery } from '../../upstream/image-query.ts';
import type { ImageAttributes } from '../../upstream/model.ts';
import { whyNotPathSegment } from '../../upstream/path.ts';
import type { Rows } from '../../upstream/session.ts';
import type { GatewayContext } from '../context.ts';
import type { ImageConnection, QueryImagesArgs } from '../generated.ts';

/** The most images that one page may hold: `api_limit_max` of a Glance that was not set up otherwise. */
export const maxPageSize = 1000;
const cursorPrefix = 'image:';

/** A page of images, and whether more follow. */
export interface ImagePageResult extends Rows<ImageAttributes> {
  readonly hasNextPage: boolean;
}

/**
 * Lists a page of images. Asks for one image more than the page holds, because upstream's `next` link also follows a
 * last page that is exactly full; and asks again where upstream allows only shorter pages than were asked for.
 *
 * @throws GatewayError `BAD_USER_INPUT` for a size out of bounds and for a cursor that cannot be used.
 */
export async function listImagePage(
  { first, after, filter, orderBy }: QueryImagesArgs,
  context: GatewayContext,
): Promise<ImagePageResult> {
  const size = first ?? 20;
  if (size < 1 || size > maxPageSize)
    throw new GatewayError('BAD_USER_INPUT', `"first" must be from 1 to ${maxPageSize}.`);
  const { sharedWithMe, ...conditions } = filter ?? {};
  if (sharedWithMe && conditions.visibility && conditions.visibility !== 'SHARED') {
    throw new GatewayError('BAD_USER_INPUT', '"sharedWithMe" goes with no visibility but SHARED.');
  }
  const query: Omit<ImageQuery, 'marker' | 'limit'> = {
    ...conditions,
    ...(sharedWithMe && { visibility: 'SHARED' }),
    sortKey: orderBy?.field.toLowerCase(),
    sortDir: orderBy ? (orderBy.direction === 'ASC' ? 'asc' : 'desc') : undefined,
  };
  const rows: ImageAttributes[] = [];
  const errors: GatewayError[] = [];
  const listed = new Set<string>();
  let marker = after === null || after === undefined ? undefined : fromCursor(after);
  for (;;) {
    // How many of a page stay is not known before it was looked at.
    const limit = sharedWithMe ? size + 1 : size + 1 - rows.length - errors.length;
    const page = await listPage(context, { ...query, marker, limit }, marker !== undefined && rows.length === 0);
    const status = conditions.memberStatus ?? 'ACCEPTED';
    const fresh = page.rows.filter(({ id }) => !listed.has(id));
    for (const { id } of fresh) listed.add(id);
    rows.push(...(sharedWithMe ? await context.loaders.leaveOutOwn(fresh, status) : fresh));
    errors.push(...page.errors);
    const seen = rows.length + errors.length;
    // Glance may answer with the same page again and again, where images without a size are in the order of sizes.
    const repeats = fresh.length + page.errors.length === 0;
    if (seen > size || repeats || !page.more || page.lastId === undefined) {
      return { rows: rows.slice(0, size), errors, hasNextPage: seen > size };
    }
    marker = page.lastId;
  }
}

/** The connection that shows a page. */
export function toConnection({ rows, hasNextPage }: ImagePageResult): ImageConnectionModel {
  const edges = rows.map((node) => ({ cursor: toCursor(node.id), node }));
  return {
    edges,
    nodes: rows,
    pageInfo: {
      hasNextPage,
      hasPreviousPage: false,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

interface ImageConnectionModel extends Pick<ImageConnection, 'pageInfo'> {
  readonly edges: readonly { readonly cursor: string; readonly node: ImageAttributes }[];
  readonly nodes: readonly ImageAttributes[];
}

async function listPage(context: GatewayContext, query: ImageQuery, byCursor: boolean) {
  try {
    return await context.client.listImages(query);
  } catch (error) {
    // A marker that is gone is refused with 400, one that the token may not see with 403.
    const gone = error instanceof UpstreamError && (error.status === 403 || error.says('No image found with ID'));
    throw byCursor && gone ? unusableCursor() : error;
  }
}

function toCursor(imageId: string): string {
  return Buffer.from(cursorPrefix + imageId).toString('base64url');
}

function fromCursor(cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString();
  const imageId = text.slice(cursorPrefix.length);
  if (!text.startsWith(cursorPrefix) || whyNotPathSegment(imageId) !== null) throw unusableCursor();
  return imageId;
}

function unusableCursor(): GatewayError {
  return new GatewayError(
    'BAD_USER_INPUT',
    '"after" is no cursor of this list, or its image is gone. Start again from the first page.',
  );
}
