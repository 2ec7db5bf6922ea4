import { describe, expect, it } from 'vitest';
import { estimateAnswerBytes } from '../../src/graphql/limits/answer-bytes.ts';

/** As graphql-js creates objects. */
function bare(properties: object): object {
  return Object.assign(Object.create(null), properties);
}

describe('the estimated size of an answer', () => {
  const answer = { data: { images: [{ name: 'an image', size: 5, tags: ['a', 'b'] }, null], more: true } };

  it.each([
    [answer],
    [{ data: null, errors: undefined }],
    [[null, true, false, 0, -1.5, 1e21]],
    ['text'],
    [[['a']]],
    [[]],
    [{ data: { images: [], viewer: {}, image: { name: undefined } } }],
    [[undefined, []]],
    [Array(1_000).fill({ a: 'b', c: [1] })],
    [bare({ data: bare({ image: bare({ name: 'an image', size: 5, owner: null }), viewer: bare({}) }) })],
  ])('is the size of its JSON, if that is ASCII: %j', (value) => {
    expect(estimateAnswerBytes(value, 1_000_000)).toBe(JSON.stringify(value).length);
  });

  it.each(['\u0001', '"', 'é', '字', '😀', '\ud800'])(
    'counts %j in the bytes of its JSON, if the total is near the maximum',
    (character) => {
      const text = character.repeat(1_000);
      const bytes = Buffer.byteLength(JSON.stringify(text));
      expect(estimateAnswerBytes(text, bytes)).toBe(bytes);
      expect(estimateAnswerBytes(Array(10).fill(text), bytes)).toBeGreaterThan(bytes);
    },
  );

  it('counts the bytes of characters if their number is exactly the maximum', () => {
    const text = 'é'.repeat(1_000);
    const max = estimateAnswerBytes(text, 1_000_000);
    expect(estimateAnswerBytes(text, max)).toBeGreaterThan(max);
  });

  it('counts characters only, if even the longest bytes would be within the maximum', () => {
    const text = 'é'.repeat(1_000);
    const characters = estimateAnswerBytes(text, 1_000_000);
    expect(estimateAnswerBytes(text, 6 * characters)).toBe(characters);
    expect(estimateAnswerBytes(text, 6 * characters - 1)).toBe(characters + 1_000);
  });

  it.each([
    ['a list', ['first'], ['first', 'second']],
    ['an object', { a: 'first' }, { a: 'first', b: 'second' }],
    ['an object without a prototype', bare({ a: 'first' }), bare({ a: 'first', b: 'second' })],
  ])('of %s exceeds the maximum if anything follows what reaches it', (_kind, first, all) => {
    const max = estimateAnswerBytes(first, 1_000_000);
    expect(estimateAnswerBytes(all, max)).toBeGreaterThan(max);
  });

  /** Adds a thousand properties that count how often they are read. */
  function countReads(target: object, run: (target: object) => void): number {
    let reads = 0;
    for (let index = 0; index < 1_000; index++) {
      const get = () => {
        reads++;
        return 'a text';
      };
      Object.defineProperty(target, index, { get, enumerable: true });
    }
    run(target);
    return reads;
  }

  it.each([
    ['a list', []],
    ['an object', {}],
    ['an object without a prototype', bare({})],
  ])('of %s ends soon after the maximum', (_kind, target) => {
    expect(countReads(target, (value) => estimateAnswerBytes(value, 200))).toBeLessThan(60);
  });

  it('reads each value once, unless its characters decide', () => {
    expect(countReads([], (value) => estimateAnswerBytes(value, 1_000_000))).toBe(1_000);
    expect(countReads([], (value) => estimateAnswerBytes(value, 8_999))).toBe(1_000);
    expect(countReads([], (value) => estimateAnswerBytes(value, 10_000))).toBe(2_000);
  });
});
