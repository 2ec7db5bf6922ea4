import { badRequest } from './errors.ts';

/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Whether a JSON value is an object. */
export function isJsonObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function escapeNonAscii(text: string): string {
  return text.replace(/[^ -~]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/**
 * Serialises JSON with Python's spacing, as Glance does, so that lengths match too. `ascii` escapes all non-ASCII
 * characters, as in error bodies.
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
 * Glance accepts NaN and Infinity, which JSON does not have, and fails on them later. Here they become an object, which
 * fails in the same places.
 */
function readPythonNumbers(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g, (token) => (token.startsWith('"') ? token : '{"NaN":0}'));
}

/**
 * Parses a request body as Glance 25.1 does: strict UTF-8, no byte order mark, an object or a list. Throws 400
 * otherwise. Content-Type is ignored.
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
