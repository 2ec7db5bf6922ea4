import type {
  ImageAttributes,
  ImageChanges,
  ImageMember,
  ImageStatus,
  ImageVisibility,
  MemberStatus,
} from './model.ts';

/** Upstream JSON of the wrong shape; the message says where. */
export class WireError extends Error {
  override readonly name = 'WireError';
}

/** A JSON object with unchecked values. */
export type Json = Readonly<Record<string, unknown>>;

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
  // Storage locations are internal to the cloud.
  'direct_url',
  'locations',
]);

/** @returns `value` as a JSON object. @throws WireError if it is not one. */
export function parseObject(value: unknown, what: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new WireError(`${what} is not an object`);
  }
  return value as Json;
}

/** @returns the array under `key`. @throws WireError if there is none. */
export function parseArray(value: unknown, key: string): readonly unknown[] {
  const list = parseObject(value, 'the body')[key];
  if (!Array.isArray(list)) throw new WireError(`"${key}" is not an array`);
  return list;
}

/**
 * One row of `GET /v2/images/{image_id}/members`, and the body of the other member calls. `member_id` may be a number:
 * Glance echoes the one it received in a `POST`.
 * Source: Images API v2 reference, "Sharing"; `/v2/schemas/member`.
 *
 * @param imageId the image that the row should be about; it is not checked.
 */
export function parseMember(value: unknown, imageId: string): ImageMember {
  const row = parseObject(value, 'a member');
  const memberId = row['member_id'];
  const status = memberStatuses[text(row['status'], 'status')];
  if (status === undefined) throw new WireError('a member has an unknown "status"');
  const createdAt = time(row['created_at'], 'created_at');
  return {
    imageId: reuse(imageId, text(row['image_id'], 'image_id')),
    memberId: typeof memberId === 'number' ? String(memberId) : text(memberId, 'member_id'),
    status,
    createdAt,
    updatedAt: reuse(createdAt, time(row['updated_at'], 'updated_at')),
    schema: reuse(memberSchema, text(row['schema'], 'schema')),
  };
}

const memberSchema = '/v2/schemas/member';

/** Keeps one string instead of two equal ones: most of the memory of a long list would be such copies. */
function reuse(known: string, given: string): string {
  return given === known ? known : given;
}

/** A member status as spelled on the wire. */
export function toWireStatus(status: MemberStatus): string {
  return status.toLowerCase();
}

/**
 * The body of `PATCH /v2/images/{image_id}` that makes these changes.
 * Source: Images API v2 reference, "Update image".
 */
export function toJsonPatch({ visibility, osHidden, ...same }: ImageChanges): readonly Json[] {
  const values = { ...same, visibility: visibility?.toLowerCase(), os_hidden: osHidden };
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [{ op: 'replace', path: `/${name}`, value }],
  );
}

/**
 * One row of `GET /v2/images`, and the body of `GET /v2/images/{image_id}`.
 * Source: Images API v2 reference, "Show image"; `/v2/schemas/image`.
 */
export function parseImage(value: unknown): ImageAttributes {
  const row = parseObject(value, 'an image');
  const owner = optionalText(row['owner'], 'owner');
  const status = optionalText(row['status'], 'status');
  const visibility = optionalText(row['visibility'], 'visibility');
  if (visibility !== null && visibilities[visibility] === undefined) {
    throw new WireError('an image has an unknown "visibility"');
  }
  return {
    id: text(row['id'], 'id'),
    name: optionalText(row['name'], 'name'),
    status: status === null ? null : (imageStatuses[status] ?? null),
    visibility: visibility === null ? null : (visibilities[visibility] ?? null),
    osHidden: optionalFlag(row['os_hidden'], 'os_hidden'),
    protected: optionalFlag(row['protected'], 'protected'),
    owner: owner === null ? null : { id: owner },
    createdAt: optionalTime(row['created_at'], 'created_at'),
    updatedAt: optionalTime(row['updated_at'], 'updated_at'),
    size: optionalCount(row['size'], 'size'),
    virtualSize: optionalCount(row['virtual_size'], 'virtual_size'),
    diskFormat: optionalText(row['disk_format'], 'disk_format'),
    containerFormat: optionalText(row['container_format'], 'container_format'),
    minDisk: optionalCount(row['min_disk'], 'min_disk'),
    minRam: optionalCount(row['min_ram'], 'min_ram'),
    checksum: optionalText(row['checksum'], 'checksum'),
    osHashAlgo: optionalText(row['os_hash_algo'], 'os_hash_algo'),
    osHashValue: optionalText(row['os_hash_value'], 'os_hash_value'),
    tags: optionalTexts(row['tags'], 'tags'),
    properties: toProperties(row),
    self: optionalText(row['self'], 'self'),
    file: optionalText(row['file'], 'file'),
    schema: optionalText(row['schema'], 'schema'),
  };
}

function toProperties(row: Json): Readonly<Record<string, unknown>> {
  const properties: Record<string, unknown> = {};
  for (const key in row) {
    if (attributes.has(key)) continue;
    // Assigning to this key would set the prototype.
    if (key === '__proto__') Object.defineProperty(properties, key, { value: checkDepth(row[key]), enumerable: true });
    else properties[key] = checkDepth(row[key]);
  }
  return properties;
}

/** Maximum nesting depth of a custom property; Glance itself only stores strings. */
const maxPropertyDepth = 20;

/** @returns the value. @throws WireError if it is nested so deeply that serialising it as JSON could fail. */
function checkDepth(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth === maxPropertyDepth) throw new WireError('a property is nested too deeply');
  for (const item of Object.values(value)) checkDepth(item, depth + 1);
  return value;
}

// Values are passed along with their keys: V8 reads a property named in the code several times as fast as one named by
// a variable, and these are read for every row of every list.

/** @returns `value` if it is a string. @throws WireError that names its key. */
export function text(value: unknown, key: string): string {
  if (typeof value !== 'string') throw new WireError(`"${key}" is not a string`);
  return value;
}

/** As `text`, but null if there is no value. */
export function optionalText(value: unknown, key: string): string | null {
  return isAbsent(value) ? null : text(value, key);
}

function optionalTexts(value: unknown, key: string): readonly string[] | null {
  if (isAbsent(value)) return null;
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
    throw new WireError(`"${key}" is not an array of strings`);
  }
  return value;
}

function optionalFlag(value: unknown, key: string): boolean | null {
  if (isAbsent(value)) return null;
  if (typeof value !== 'boolean') throw new WireError(`"${key}" is not a boolean`);
  return value;
}

function optionalCount(value: unknown, key: string): number | null {
  if (isAbsent(value)) return null;
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw new WireError(`"${key}" is not a whole number`);
  return value as number;
}

function optionalTime(value: unknown, key: string): string | null {
  return isAbsent(value) ? null : time(value, key);
}

function isAbsent(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

/** A time in Glance's format: whole seconds, in UTC. */
const glanceTime = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;
/** Other time formats; without a zone, the time is in UTC. */
const otherTime = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?([zZ]|[+-](?:[01]\d|2[0-3]):?[0-5]\d)?$/;

/** @returns the time as RFC 3339 text in UTC. @throws WireError that names its key. */
export function time(value: unknown, key: string): string {
  const given = text(value, key);
  if (glanceTime.test(given) && isInCalendar(given)) return given;
  const match = otherTime.exec(given);
  const instant = new Date(match?.[1] === undefined ? `${given}Z` : given);
  if (match === null || !isInCalendar(given) || Number.isNaN(instant.getTime())) {
    throw new WireError(`"${key}" is not a time`);
  }
  return instant.toISOString().replace('.000Z', 'Z');
}

/** Whether the day exists in its month. `Date` would read 31 February as a day in March. */
function isInCalendar(given: string): boolean {
  const day = Number(given.slice(8, 10));
  if (day < 29) return true;
  return day <= new Date(Date.UTC(Number(given.slice(0, 4)), Number(given.slice(5, 7)), 0)).getUTCDate();
}
