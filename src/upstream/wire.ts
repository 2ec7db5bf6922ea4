import type { ImageAttributes, ImageMember, ImageStatus, ImageVisibility, MemberStatus } from './model.ts';

/** Upstream JSON that does not have the shape of what was asked for; the message says where. */
export class WireError extends Error {
  override readonly name = 'WireError';
}

type Json = Readonly<Record<string, unknown>>;

const memberStatuses: Readonly<Record<string, MemberStatus>> = {
  __proto__: null as never,
  pending: 'PENDING',
  accepted: 'ACCEPTED',
  rejected: 'REJECTED',
};

const imageStatuses: Readonly<Record<string, ImageStatus>> = {
  __proto__: null as never,
  queued: 'QUEUED',
  saving: 'SAVING',
  uploading: 'UPLOADING',
  importing: 'IMPORTING',
  active: 'ACTIVE',
  deactivated: 'DEACTIVATED',
  killed: 'KILLED',
  pending_delete: 'PENDING_DELETE',
  deleted: 'DELETED',
};

const visibilities: Readonly<Record<string, ImageVisibility>> = {
  __proto__: null as never,
  public: 'PUBLIC',
  private: 'PRIVATE',
  shared: 'SHARED',
  community: 'COMMUNITY',
};

/** The attributes of the image schema that are not custom properties; all others are. Source: `/v2/schemas/image`. */
const attributes = new Set([
  'id',
  'name',
  'status',
  'visibility',
  'os_hidden',
  'protected',
  'owner',
  'created_at',
  'updated_at',
  'size',
  'virtual_size',
  'disk_format',
  'container_format',
  'min_disk',
  'min_ram',
  'checksum',
  'os_hash_algo',
  'os_hash_value',
  'tags',
  'self',
  'file',
  'schema',
  // Where the cloud keeps its data is no business of the image's users.
  'direct_url',
  'locations',
]);

/** @returns `value` as a JSON object. @throws WireError if it is something else. */
export function parseObject(value: unknown, what: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new WireError(`${what} is no object`);
  return value as Json;
}

/** @returns the array under `key`. @throws WireError if there is none. */
export function parseArray(value: unknown, key: string): readonly unknown[] {
  const list = parseObject(value, 'the body')[key];
  if (!Array.isArray(list)) throw new WireError(`"${key}" is no array`);
  return list;
}

/**
 * One row of `GET /v2/images/{image_id}/members`, and the body of the other member calls. `member_id` may come as a
 * number, as Glance answers a `POST` of one.
 * Source: Images API v2 reference, "Sharing"; `/v2/schemas/member`.
 */
export function parseMember(value: unknown): ImageMember {
  const row = parseObject(value, 'a member');
  const memberId = row['member_id'];
  const status = memberStatuses[text(row, 'status')];
  if (status === undefined) throw new WireError('a member has an unknown "status"');
  return {
    imageId: text(row, 'image_id'),
    memberId: typeof memberId === 'number' ? String(memberId) : text(row, 'member_id'),
    status,
    createdAt: time(row, 'created_at'),
    updatedAt: time(row, 'updated_at'),
    schema: text(row, 'schema'),
  };
}

/** The wire's word for a member status. */
export function toWireStatus(status: MemberStatus): string {
  return status.toLowerCase();
}

/**
 * One row of `GET /v2/images`, and the body of `GET /v2/images/{image_id}`.
 * Source: Images API v2 reference, "Show image"; `/v2/schemas/image`.
 */
export function parseImage(value: unknown): ImageAttributes {
  const row = parseObject(value, 'an image');
  const properties: Record<string, unknown> = Object.create(null);
  for (const key in row) if (!attributes.has(key)) properties[key] = shallow(row[key]);
  const owner = optional(row, 'owner', text);
  const visibility = optional(row, 'visibility', text);
  if (visibility !== null && visibilities[visibility] === undefined) {
    throw new WireError('an image has an unknown "visibility"');
  }
  return {
    id: text(row, 'id'),
    name: optional(row, 'name', text),
    status: imageStatuses[optional(row, 'status', text) ?? ''] ?? null,
    visibility: visibility === null ? null : (visibilities[visibility] ?? null),
    osHidden: optional(row, 'os_hidden', flag),
    protected: optional(row, 'protected', flag),
    owner: owner === null ? null : { id: owner },
    createdAt: optional(row, 'created_at', time),
    updatedAt: optional(row, 'updated_at', time),
    size: optional(row, 'size', count),
    virtualSize: optional(row, 'virtual_size', count),
    diskFormat: optional(row, 'disk_format', text),
    containerFormat: optional(row, 'container_format', text),
    minDisk: optional(row, 'min_disk', count),
    minRam: optional(row, 'min_ram', count),
    checksum: optional(row, 'checksum', text),
    osHashAlgo: optional(row, 'os_hash_algo', text),
    osHashValue: optional(row, 'os_hash_value', text),
    tags: optional(row, 'tags', texts),
    properties,
    self: optional(row, 'self', text),
    file: optional(row, 'file', text),
    schema: optional(row, 'schema', text),
  };
}

/** How deep the value of a custom property may be nested; Glance has only texts there. */
const maxPropertyDepth = 20;

/** @returns the value. @throws WireError if it is nested so deep that whoever writes it as JSON could fail. */
function shallow(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth === maxPropertyDepth) throw new WireError('a property is nested too deep');
  for (const item of Object.values(value)) shallow(item, depth + 1);
  return value;
}

function optional<T>(row: Json, key: string, parse: (row: Json, key: string) => T): T | null {
  const value = row[key];
  return value === null || value === undefined ? null : parse(row, key);
}

function text(row: Json, key: string): string {
  const value = row[key];
  if (typeof value !== 'string') throw new WireError(`"${key}" is no text`);
  return value;
}

function texts(row: Json, key: string): readonly string[] {
  const value = row[key];
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
    throw new WireError(`"${key}" is no array of texts`);
  }
  return value;
}

function flag(row: Json, key: string): boolean {
  const value = row[key];
  if (typeof value !== 'boolean') throw new WireError(`"${key}" is neither true nor false`);
  return value;
}

function count(row: Json, key: string): number {
  const value = row[key];
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw new WireError(`"${key}" is no whole number`);
  return value as number;
}

/** A time as Glance sends it: whole seconds, in UTC. */
const glanceTime = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;
/** Other spellings of an instant; one without a zone is in UTC. */
const otherTime = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?([zZ]|[+-]\d\d:?\d\d)?$/;

/** An instant as RFC 3339 text in UTC. */
function time(row: Json, key: string): string {
  const value = text(row, key);
  if (glanceTime.test(value)) return value;
  const match = otherTime.exec(value);
  const instant = new Date(match?.[1] === undefined ? `${value}Z` : value);
  if (match === null || Number.isNaN(instant.getTime())) throw new WireError(`"${key}" is no time`);
  return instant.toISOString();
}
