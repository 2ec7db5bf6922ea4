import { UpstreamError } from '../errors.ts';

/** Maximum length of an id: the Images API's columns hold 255 characters. */
export const maxIdLength = 255;

/** The usual form of image and project ids. A bounded quantifier would take twice the time. */
const plain = /^[\w-]+$/;
/** Text that has the same bytes in UTF-8 and in Latin-1. */
const ascii = /^[\0-\x7f]*$/;

/**
 * Why this id cannot be one segment of a request path, or null if it can. A slash is refused although it could be
 * encoded, because Glance decodes `%2F` before routing: `<image>/members` would reach another resource. Dot segments
 * are refused because URL resolution removes them (RFC 3986 §5.2.4).
 */
export function whyNotPathSegment(id: string): string | null {
  if (id.length > maxIdLength) return `is longer than ${maxIdLength} characters`;
  if (plain.test(id)) return null;
  if (id === '') return 'is empty';
  if (id === '.' || id === '..') return 'is a dot segment';
  if (id.includes('/')) return 'contains a slash';
  if (/\p{Cc}/u.test(id)) return 'contains a control character';
  if (!id.isWellFormed()) return 'contains half of a surrogate pair';
  return null;
}

/**
 * Why the Images API cannot find this id by path, or null if it can. Glance reads the bytes of a path as Latin-1: sent
 * in UTF-8, `projé` would be read as `projÃ©`, which may be another member. Such ids can be stored and listed, but not
 * addressed.
 */
export function whyNotAddressable(id: string): string | null {
  const why = whyNotPathSegment(id);
  if (why !== null || ascii.test(id)) return why;
  return 'contains non-ASCII characters, which the Images API cannot find by path';
}

/**
 * Encodes an id as one path segment.
 *
 * @throws UpstreamError with status 404, as upstream would answer, for an id that cannot be addressed by path.
 */
export function toPathSegment(id: string): string {
  const why = whyNotAddressable(id);
  if (why === null) return encodeURIComponent(id);
  throw new UpstreamError('BAD_USER_INPUT', `The id "${id.slice(0, maxIdLength)}" ${why}.`, { status: 404 });
}
