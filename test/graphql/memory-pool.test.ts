import { expect, it } from 'vitest';
import { MemoryPool } from '../../src/graphql/limits/memory-pool.ts';

it('what is held together stays within the bound, and what is given back can be taken again', () => {
  const pool = new MemoryPool(100);
  const [first, second, third] = [pool.open(), pool.open(), pool.open()];
  expect([first.take(60), second.take(40), third.take(1)]).toEqual([true, true, false]);
  expect(pool.bytes).toBe(100);
  first.close();
  expect([pool.bytes, third.take(60), second.take(1)]).toEqual([40, true, true]);
  expect(third.take(1)).toBe(false);
});

it('the oldest holder gets what it needs, whatever the bound: it is answered, and then the next one is the oldest', () => {
  const pool = new MemoryPool(100);
  const [first, second, third] = [pool.open(), pool.open(), pool.open()];
  expect([first.take(50), second.take(50)]).toEqual([true, true]);
  expect([first.take(500), second.take(1), third.take(1)]).toEqual([true, false, false]);
  first.close();
  expect([second.take(500), third.take(1)]).toEqual([true, false]);
  second.close();
  expect([pool.bytes, third.take(1)]).toEqual([0, true]);
});

it('nothing costs nothing', () => {
  const pool = new MemoryPool(1);
  expect([pool.open().take(0), pool.open().take(2), pool.bytes]).toEqual([true, true, 2]);
});
