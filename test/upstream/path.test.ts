import { expect, it } from 'vitest';
import { whyNotAddressable, whyNotPathSegment } from '../../src/upstream/path.ts';

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
