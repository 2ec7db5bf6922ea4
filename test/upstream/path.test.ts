import { expect, it } from 'vitest';
import { UpstreamError } from '../../src/errors.ts';
import { toPathSegment, whyNotAddressable, whyNotPathSegment } from '../../src/upstream/path.ts';

it.each([
  'b206a1900310484f8a9504754c84b067',
  'a b',
  'a%2Fb',
  'a?b#c;d',
  '...',
  '.a',
  'é漢',
  '😀',
  'a\\b',
  'x'.repeat(255),
  '__proto__',
])('%j can be a path segment', (id) => {
  expect(whyNotPathSegment(id)).toBeNull();
});

it.each(['', '.', '..', '/', 'a/b', '../..', '\0', 'a\n', '\x7f', '\x85', 'x'.repeat(256), '\ud83d', 'a\udc00b'])(
  '%j cannot',
  (id) => {
    expect(whyNotPathSegment(id)).toEqual(expect.any(String));
  },
);

it.each(['b206a1900310484f8a9504754c84b067', 'a b', '100%', 'x'.repeat(255)])('%j can be looked up by a path', (id) => {
  expect(whyNotAddressable(id)).toBeNull();
});

it.each(['projé', 'é', '日本', '😀', 'a\u00a0', 'ÿ'.repeat(255), '', '..', 'a/b', 'x'.repeat(256)])(
  '%j cannot',
  (id) => {
    expect(whyNotAddressable(id)).toEqual(expect.any(String));
  },
);

it.each([
  ['', 'is empty'],
  ['.', 'is a dot segment'],
  ['..', 'is a dot segment'],
  ['a/b', 'contains a slash'],
  ['a\n', 'contains a control character'],
  ['\ud83d', 'contains half of a surrogate pair'],
  ['x'.repeat(256), 'is longer than 255 characters'],
  ['projé', 'contains non-ASCII characters, which the Images API cannot find by path'],
])('%j is refused as an id that was not found, and the message says that it %s', (id, why) => {
  try {
    expect.fail(toPathSegment(id));
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    expect(error).toMatchObject({ code: 'BAD_USER_INPUT', status: 404 });
    expect(error.message).toBe(`The id "${id.slice(0, 255)}" ${why}.`);
  }
});

it.each([
  ['b206a190_-', 'b206a190_-'],
  ['a b', 'a%20b'],
  ['100%', '100%25'],
  ['a?b#c', 'a%3Fb%23c'],
])('%j is sent as %s', (id, segment) => {
  expect(toPathSegment(id)).toBe(segment);
});
