import { accessDenied, badRequest, forbidden, serverError } from './errors.ts';
import { isJsonObject, type Json } from './json.ts';

const uuidPattern = '^([0-9a-fA-F]){8}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){12}$';

interface Rule {
  readonly types: readonly string[];
  readonly maxLength?: number;
  readonly oneOf?: readonly (string | null)[];
  readonly pattern?: string;
}

/** The accepted disk formats. Observed on Glance 25.1 in /v2/schemas/image. */
const diskFormats = [null, 'ami', 'ari', 'aki', 'vhd', 'vhdx', 'vmdk', 'raw', 'qcow2', 'vdi', 'iso', 'ploop'];
const containerFormats = [null, 'ami', 'ari', 'aki', 'bare', 'ovf', 'ova', 'docker', 'compressed'];

const rules: Readonly<Record<string, Rule>> = {
  id: { types: ['string'], pattern: uuidPattern },
  name: { types: ['null', 'string'], maxLength: 255 },
  owner: { types: ['null', 'string'], maxLength: 255 },
  visibility: { types: ['string'], oneOf: ['community', 'public', 'private', 'shared'] },
  disk_format: { types: ['null', 'string'], oneOf: diskFormats },
  container_format: { types: ['null', 'string'], oneOf: containerFormats },
  protected: { types: ['boolean'] },
  os_hidden: { types: ['boolean'] },
  min_ram: { types: ['integer'] },
  min_disk: { types: ['integer'] },
  tags: { types: ['array'] },
  kernel_id: { types: ['null', 'string'], pattern: uuidPattern },
  ramdisk_id: { types: ['null', 'string'], pattern: uuidPattern },
};

const otherProperty: Rule = { types: ['string'] };
const tagRule: Rule = { types: ['string'], maxLength: 255 };

const reserved = ['location', 'locations', 'deleted', 'deleted_at'];
const readOnlyAtCreation = [
  'created_at',
  'updated_at',
  'status',
  'checksum',
  'size',
  'virtual_size',
  'direct_url',
  'self',
  'file',
  'schema',
  'stores',
  'os_hash_algo',
  'os_hash_value',
];

function jsonTypes(value: Json): readonly string[] {
  if (value === null) return ['null'];
  if (Array.isArray(value)) return ['array'];
  if (typeof value === 'number') return Number.isInteger(value) ? ['integer'] : ['number'];
  return [typeof value];
}

/** A value as Python prints it in messages; lists and objects are printed as JSON. */
function pythonText(value: Json): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return typeof value === 'string' ? `'${value}'` : JSON.stringify(value);
}

function check(value: Json, rule: Rule): void {
  const refuse = (reason: string): Error =>
    badRequest(`Provided object does not match schema 'image': ${pythonText(value)} ${reason}`);
  if (!jsonTypes(value).some((type) => rule.types.includes(type))) {
    throw refuse(`is not of type ${rule.types.map((type) => `'${type}'`).join(', ')}`);
  }
  if (rule.oneOf !== undefined && !rule.oneOf.some((allowed) => allowed === value)) {
    throw refuse(`is not one of [${rule.oneOf.map(pythonText).join(', ')}]`);
  }
  if (typeof value !== 'string') return;
  if (rule.maxLength !== undefined && value.length > rule.maxLength) throw refuse('is too long');
  if (rule.pattern !== undefined && !new RegExp(rule.pattern).test(value)) {
    throw refuse(`does not match '${rule.pattern}'`);
  }
}

/**
 * Checks one attribute or custom property against the image schema. Throws 400 with the first line of Glance's message;
 * Glance also adds the violated part of the schema.
 */
export function checkAttribute(name: string, value: Json): void {
  check(value, Object.hasOwn(rules, name) ? (rules[name] ?? otherProperty) : otherProperty);
  if (name === 'tags' && Array.isArray(value)) for (const tag of value) check(tag, tagRule);
}

/** Whether a name is an image attribute that a client may set. */
export function isAttribute(name: string): boolean {
  return Object.hasOwn(rules, name) && name !== 'kernel_id' && name !== 'ramdisk_id';
}

/** Whether Glance reserves this name for itself. */
export function isReserved(name: string): boolean {
  return reserved.includes(name) || name.startsWith('os_glance');
}

/** Whether clients may only read this attribute. The id becomes read-only once the image exists. */
export function isReadOnly(name: string): boolean {
  return readOnlyAtCreation.includes(name);
}

/** Checks the body of POST /v2/images, in the order of Glance 25.1. Throws 400, 403 or, for a list, 500. */
export function checkNewImage(body: Json): { readonly [key: string]: Json } {
  if (!isJsonObject(body)) throw serverError();
  const names = Object.keys(body);
  const readOnly = names.find(isReadOnly);
  if (readOnly !== undefined) throw forbidden(`Attribute '${readOnly}' is read-only.`);
  if (names.includes('locations')) throw forbidden("Attribute 'locations' is reserved.");
  for (const [name, value] of Object.entries(body)) checkAttribute(name, value);
  for (const name of names) {
    if (name.length > 255) throw badRequest('Custom property should not be greater than 255 characters.');
    if (isReserved(name)) throw accessDenied(`Attribute '${name}' is reserved.`);
  }
  return body;
}

/** Throws 400 for a negative min_ram or min_disk. */
export function checkNotNegative(name: string, value: Json): void {
  if ((name === 'min_ram' || name === 'min_disk') && typeof value === 'number' && value < 0) {
    throw badRequest(`Invalid value '${value}' for parameter '${name}': Cannot be a negative value`);
  }
}
