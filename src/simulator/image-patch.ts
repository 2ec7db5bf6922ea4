import { type Call, hasFourByteCharacters, isAdmin, requireJson } from './call.ts';
import { accessDenied, badRequest, conflict, forbidden, serverError, unsupportedMediaType } from './errors.ts';
import { checkAttribute, checkNotNegative, isAttribute, isReadOnly, isReserved } from './image-body.ts';
import { setAttribute } from './image-changes.ts';
import { showImage } from './image-view.ts';
import { checkTagCount, requireMayPublish, requireMutable, requireVisibleImage, tellOfImage } from './images.ts';
import { isJsonObject, type Json } from './json.ts';
import { jsonReply, type Reply } from './reply.ts';
import type { Image } from './world.ts';

const patchTypes = [
  'application/openstack-images-v2.0-json-patch',
  'application/openstack-images-v2.1-json-patch',
] as const;
const operations = ['add', 'remove', 'replace'] as const;
const allowedOperations = `It must be one of the following: ${operations.join(', ')}.`;

interface Change {
  readonly operation: (typeof operations)[number];
  readonly name: string;
  readonly value: Json;
}

function readPointer(pointer: Json | undefined): string {
  if (pointer === undefined) throw badRequest("Unable to find 'path' in JSON Schema change");
  if (typeof pointer !== 'string' || !pointer.startsWith('/')) {
    throw badRequest(`Pointer \`${pointer}\` does not start with "/".`);
  }
  if (/\/\s*\//.test(pointer.slice(1))) throw badRequest(`Pointer \`${pointer}\` contains adjacent "/".`);
  if (pointer.length > 1 && pointer.endsWith('/')) throw badRequest(`Pointer \`${pointer}\` end with "/".`);
  if (/~(?![01])/.test(pointer)) {
    throw badRequest(`Pointer \`${pointer}\` contains "~" not part of a recognized escape sequence.`);
  }
  const parts = pointer.slice(1).split('/');
  if (parts.length > 1) throw badRequest(`Invalid JSON pointer for this resource: '${pointer}'`);
  return pointer.slice(1).replaceAll('~1', '/').replaceAll('~0', '~').trim();
}

/** In the older patch type, the key names the operation: `{"replace": "/name", "value": "x"}`. */
function readOldChange(raw: { readonly [key: string]: Json }): { operation: Change['operation']; path: Json } {
  const given = operations.filter((name) => raw[name] !== undefined);
  const [operation] = given;
  if (operation === undefined || given.length > 1) {
    const count = given.length > 1 ? 'only one' : 'exactly one';
    throw badRequest(`Operation objects must contain ${count} member named "add", "remove", or "replace".`);
  }
  return { operation, path: raw[operation] ?? null };
}

function readOperation(value: Json | undefined): Change['operation'] {
  if (value === undefined || value === null) {
    throw badRequest(`Unable to find \`op\` in JSON Schema change. ${allowedOperations}`);
  }
  const operation = operations.find((name) => name === value);
  if (operation === undefined) throw badRequest(`Invalid operation: \`${value}\`. ${allowedOperations}`);
  return operation;
}

function readChange(raw: Json, isOldType: boolean): Change {
  if (!isJsonObject(raw)) throw badRequest('Operations must be JSON objects.');
  const { operation, path } = isOldType
    ? readOldChange(raw)
    : { operation: readOperation(raw['op']), path: raw['path'] };
  const name = readPointer(path);
  const value = raw['value'];
  if (operation !== 'remove' && value === undefined) {
    throw badRequest(`Operation "${operation}" requires a member named "value".`);
  }
  if (name === 'id' || isReadOnly(name)) throw forbidden(`Attribute '${name}' is read-only.`);
  if (isReserved(name)) throw forbidden(`Attribute '${name}' is reserved.`);
  if (operation !== 'remove') checkAttribute(name, value ?? null);
  return { operation, name, value: value ?? null };
}

function checkChange(call: Call, image: Image, { operation, name, value }: Change): void {
  if (operation === 'replace' && name === 'owner' && !isAdmin(call.caller)) {
    throw accessDenied("Owner can't be updated by non admin.");
  }
  if (name === 'visibility' && operation !== 'remove') requireMayPublish(call, value);
  requireMutable(call, image);
  const isKnown = isAttribute(name) || image.properties.has(name);
  if (operation !== 'add' && !isKnown) throw conflict(`Property ${name} does not exist.`);
  if (operation === 'remove' && isAttribute(name)) throw accessDenied(`Property ${name} may not be removed.`);
  if ((name === 'disk_format' || name === 'container_format') && image.status !== 'queued') {
    throw forbidden(`Attribute ${name} can be only replaced for a queued image.`);
  }
  checkNotNegative(name, value);
  if (name === 'tags') checkTagCount(value);
}

/** A text that the database cannot take: four-byte characters are refused, and half of a surrogate pair fails. */
function checkStorable(text: string, refusal: string): void {
  if (!text.isWellFormed()) throw serverError();
  if (hasFourByteCharacters(text)) throw badRequest(refusal);
}

/**
 * PATCH /v2/images/{image_id}: a list of add, remove and replace operations, applied all or none, except that tags that
 * cannot be stored are refused after everything else has been stored. Members are kept while the image is not shared,
 * and take effect again once it is. Observed on Glance 25.1.
 */
export function patchImage(call: Call, imageId: string): Reply {
  const contentType = call.contentType?.split(';', 1)[0]?.trim().toLowerCase();
  const patchType = patchTypes.find((type) => type === contentType);
  if (patchType === undefined) {
    throw unsupportedMediaType(call.contentType ?? 'text/plain', [['Accept-Patch', patchTypes.join(', ')]]);
  }
  const body = requireJson(call);
  if (!Array.isArray(body)) throw badRequest('Request body must be a JSON array of operation objects.');
  const changes = body.map((raw: Json) => readChange(raw, patchType === patchTypes[0]));
  const image = requireVisibleImage(call, imageId);
  const draft: Image = { ...image, tags: [...image.tags], properties: new Map(image.properties) };
  for (const change of changes) {
    checkChange(call, draft, change);
    if (change.operation === 'remove') draft.properties.delete(change.name);
    else setAttribute(draft, change.name, change.value);
  }
  if (changes.length > 0) {
    checkStorable(draft.name ?? '', "Name can't contain 4 byte unicode characters.");
    const { tags, ...rest } = draft;
    Object.assign(image, rest, { updatedAt: call.world.tick() });
    for (const tag of tags) checkStorable(tag, "Param values can't contain 4 byte unicode.");
    image.tags = tags;
  }
  tellOfImage(call, 'update', image);
  return jsonReply(showImage(call.caller, image));
}
