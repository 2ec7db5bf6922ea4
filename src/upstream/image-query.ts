import type { ImageVisibility, MemberStatus } from './model.ts';

/** Filters, order and page of `GET /v2/images`. */
export interface ImageQuery {
  readonly visibility?: ImageVisibility | 'ALL' | null | undefined;
  readonly memberStatus?: MemberStatus | 'ALL' | null | undefined;
  readonly owner?: string | null | undefined;
  readonly name?: string | null | undefined;
  readonly status?: string | null | undefined;
  readonly tag?: string | null | undefined;
  readonly hidden?: boolean | null | undefined;
  readonly protected?: boolean | null | undefined;
  readonly diskFormat?: string | null | undefined;
  readonly containerFormat?: string | null | undefined;
  /** Leaves out images that are smaller, and images without a size. */
  readonly sizeMin?: number | undefined;
  readonly sortKey?: string | undefined;
  readonly sortDir?: 'asc' | 'desc' | undefined;
  /** The id of the image after which the page starts. */
  readonly marker?: string | undefined;
  /** Maximum number of images to return; upstream may return fewer. */
  readonly limit: number;
}

/**
 * The path and query of a page of images.
 * Glance reads a `name`, `status` or format that contains a colon as `operator:value`, so an exact match is always
 * spelled `eq:`; without it, an image named `Ubuntu: 22.04` could not be found.
 * Source: Images API v2 reference, "List images".
 */
export function imagesPath(query: ImageQuery): string {
  const parameters = new URLSearchParams();
  const set = (key: string, value: string | number | boolean | null | undefined, prefix = ''): void => {
    if (value !== null && value !== undefined) parameters.append(key, `${prefix}${value}`);
  };
  set('limit', query.limit);
  set('visibility', query.visibility?.toLowerCase());
  set('member_status', query.memberStatus?.toLowerCase());
  set('owner', query.owner);
  set('name', query.name, 'eq:');
  set('status', query.status?.toLowerCase(), 'eq:');
  set('tag', query.tag);
  set('os_hidden', query.hidden);
  set('protected', query.protected);
  set('disk_format', query.diskFormat, 'eq:');
  set('container_format', query.containerFormat, 'eq:');
  set('size_min', query.sizeMin);
  set('sort_key', query.sortKey);
  set('sort_dir', query.sortDir);
  set('marker', query.marker);
  return `/images?${parameters}`;
}

/**
 * The path and query that list images by id in one call: own, public, community and shared ones, whatever the caller's
 * member status. One response never holds both hidden and visible images. All ids must be UUIDs.
 */
export function imagesByIdPath(ids: readonly string[], hidden: boolean): string {
  return listedPath(ids, 'visibility=all&member_status=all', hidden);
}

/**
 * The path and query that list the images among `ids` that are shared with the caller and in which it has this member
 * status. Upstream includes the caller's own shared images whatever the status.
 */
export function imagesByMemberStatusPath(ids: readonly string[], status: MemberStatus, hidden: boolean): string {
  return listedPath(ids, `visibility=shared&member_status=${status.toLowerCase()}`, hidden);
}

function listedPath(ids: readonly string[], restriction: string, hidden: boolean): string {
  return `/images?limit=${ids.length}&${restriction}${hidden ? '&os_hidden=true' : ''}&id=in:${ids.join(',')}`;
}

/**
 * Maximum number of ids in one such call. Glance behind eventlet refuses request targets of more than 8,176 bytes; an
 * id and its comma take 37 bytes.
 */
export const maxIdsPerCall = 200;
