import { badRequest } from './errors.ts';

/** Any value JSON can carry. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Whether a JSON value is an object, not a list and not null. */
export function isJsonObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function escapeNonAscii(text: string): string {
  return text.replace(/[^ -~]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/**
 * Writes JSON with Python's spacing, as Glance does, so that lengths agree too.
 * With `ascii`, as in error bodies, everything outside ASCII is escaped.
 */
export function writeJson(value: Json, ascii = false): string {
  if (typeof value === 'string') {
    const text = JSON.stringify(value);
    return ascii ? escapeNonAscii(text) : text;
  }
  if (Array.isArray(value)) return `[${value.map((item) => writeJson(item, ascii)).join(', ')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, item]) => `${writeJson(key, ascii)}: ${writeJson(item, ascii)}`);
  return `{${entries.join(', ')}}`;
}

/**
 * Glance reads the numbers NaN and Infinity, which JSON does not have, and fails on them later.
 * They become an object here, which fails in the same places.
 */
function readPythonNumbers(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g, (token) => (token.startsWith('"') ? token : '{"NaN":0}'));
}

/**
 * Reads a request body as Glance 25.1 does: strict UTF-8, no byte order mark, an object or a list.
 * The Content-Type is never looked at. Throws 400 otherwise.
 */
export function readJson(bytes: Uint8Array): readonly Json[] | { readonly [key: string]: Json } {
  let value: Json;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(readPythonNumbers(text));
  } catch {
    throw badRequest('Malformed JSON in request body.');
  }
  if (isJsonObject(value)) return value;
  if (Array.isArray(value)) return value;
  throw badRequest('Unexpected body type. Expected list/dict.');
}
