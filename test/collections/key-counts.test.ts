import { expect, it } from 'vitest';
import { KeyCounts } from '../../src/collections/key-counts.ts';

it('counts each key by itself, and never below 0', () => {
  const counts = new KeyCounts();
  for (const key of ['a', 'a', 'b']) counts.increment(key);
  counts.decrement('a');
  expect([counts.get('a'), counts.get('b'), counts.get('c')]).toEqual([1, 1, 0]);
  for (let time = 0; time < 3; time++) counts.decrement('a');
  counts.increment('a');
  expect(counts.get('a')).toBe(1);
});
