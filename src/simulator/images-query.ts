import { badRequest } from './errors.ts';
import { parsePythonInteger } from './filter-values.ts';
import { QueryParams } from './query-params.ts';
import type { MemberStatus } from './world.ts';

const sortKeys = [
  'name',
  'status',
  'container_format',
  'disk_format',
  'size',
  'id',
  'created_at',
  'updated_at',
] as const;

/** The keys by which images can be sorted. */
export type SortKey = (typeof sortKeys)[number];

/** One sort key and its direction. */
export interface SortOrder {
  readonly key: SortKey;
  readonly descending: boolean;
}

/** A validated query of the image list. */
export interface ImagesQuery {
  readonly visibility: string | undefined;
  readonly memberStatus: MemberStatus | 'all';
  readonly osHidden: boolean;
  readonly protected: boolean | undefined;
  readonly tags: readonly string[];
  /** All other filters, by column or custom property. */
  readonly filters: ReadonlyMap<string, string>;
  readonly limit: number | undefined;
  readonly marker: string | undefined;
  readonly order: readonly SortOrder[];
}

function readSortKey(text: string): SortKey {
  const key = sortKeys.find((candidate) => candidate === text);
  if (key !== undefined) return key;
  throw badRequest(`Invalid sort key: ${text}. It must be one of the following: ${sortKeys.join(', ')}.`);
}

function readDescending(text: string): boolean {
  if (text === 'asc' || text === 'desc') return text === 'desc';
  throw badRequest(`Invalid sort direction: ${text}`);
}

function readSortList(text: string): SortOrder[] {
  return text
    .trim()
    .split(',')
    .map((item) => {
      const [key = '', ...rest] = item.split(':');
      const direction = rest.join(':');
      return { key: readSortKey(key.trim()), descending: readDescending((direction || 'desc').trim()) };
    });
}

function readClassicSort(params: QueryParams): SortOrder[] {
  const keys = params.takeAll('sort_key').map((key) => readSortKey(key.trim()));
  const directions = params.takeAll('sort_dir').map((direction) => readDescending(direction.trim()));
  if (directions.length > 1 && directions.length !== keys.length) {
    throw badRequest('Number of sort dirs does not match the number of sort keys');
  }
  if (keys.length === 0) keys.push('created_at');
  const shared = directions.length === 1 ? directions[0] : undefined;
  const order = keys.map((key, at) => ({ key, descending: shared ?? directions[at] ?? true }));
  return completeOrder(order, shared);
}

/** Every order ends with `created_at` and `id`, in the single given direction, or else descending. */
function completeOrder(order: readonly SortOrder[], descending = true): SortOrder[] {
  const missing = (['created_at', 'id'] as const).filter((key) => !order.some((item) => item.key === key));
  return [...order, ...missing.map((key) => ({ key, descending }))];
}

function readOrder(params: QueryParams): SortOrder[] {
  if (params.last('sort') === undefined) return readClassicSort(params);
  if (params.last('sort_key') !== undefined || params.last('sort_dir') !== undefined) {
    throw badRequest('Old and new sorting syntax cannot be combined');
  }
  const order = readSortList(params.take('sort') ?? '');
  return completeOrder(order, order.length === 1 ? order[0]?.descending : undefined);
}

function readLimit(text: string): number {
  const limit = parsePythonInteger(text);
  if (limit === undefined) throw badRequest('limit param must be an integer');
  if (limit < 0) throw badRequest('limit param must be positive');
  return limit;
}

function readMemberStatus(text: string): MemberStatus | 'all' {
  if (text === 'pending' || text === 'accepted' || text === 'rejected' || text === 'all') return text;
  throw badRequest(`Invalid status: ${text}`);
}

function readBoolean(name: string, text: string): boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  throw badRequest(`Invalid value '${text}' for '${name}' filter. Valid values are 'true' or 'false'.`);
}

function checkFilters(params: QueryParams): void {
  const visibility = params.last('visibility');
  if (visibility && !['community', 'public', 'private', 'shared', 'all'].includes(visibility)) {
    throw badRequest(`Invalid visibility value: ${visibility}`);
  }
  if (params.last('changes-since')) {
    throw badRequest('The "changes-since" filter is no longer available on v2.');
  }
}

/**
 * Parses and validates the query of GET /v2/images, with checks in the order of Glance 25.1. Throws 400. Unknown names
 * become filters on custom properties.
 */
export function parseImagesQuery(query: string): ImagesQuery {
  const params = new QueryParams(query);
  const limit = params.take('limit');
  const marker = params.take('marker');
  const memberStatus = params.take('member_status') ?? 'accepted';
  const tags = params.takeAll('tag').map((tag) => tag.trim());
  checkFilters(params);
  const checked = {
    memberStatus: readMemberStatus(memberStatus),
    limit: limit === undefined ? undefined : readLimit(limit),
    order: readOrder(params),
  };
  const osHidden = readBoolean('os_hidden', (params.takeAll('os_hidden').at(-1) ?? 'false').toLowerCase());
  const isProtected = params.takeAll('protected').at(-1);
  const visibility = params.take('visibility');
  params.takeAll('deleted');
  return {
    ...checked,
    visibility,
    osHidden,
    protected: isProtected === undefined ? undefined : readBoolean('protected', isProtected),
    tags,
    filters: params.toMap(),
    marker,
  };
}
