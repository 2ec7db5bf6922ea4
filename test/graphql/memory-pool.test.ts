import { expect, it } from 'vitest';
import { MemoryPool } from '../../src/graphql/limits/memory-pool.ts';

it('limits the total memory, and makes released memory available again', () => {
  const pool = new MemoryPool(100);
  const [first, second, third] = [pool.open(), pool.open(), pool.open()];
  expect([first.take(60), second.take(40), third.take(1)]).toEqual([true, true, false]);
  expect(pool.bytes).toBe(100);
  first.close();
  expect([pool.bytes, third.take(60), second.take(1)]).toEqual([40, true, true]);
  expect(third.take(1)).toBe(false);
});

it('lets the oldest account exceed the limit so that it can finish, and then the next oldest', () => {
  const pool = new MemoryPool(100);
  const [first, second, third] = [pool.open(), pool.open(), pool.open()];
  expect([first.take(50), second.take(50)]).toEqual([true, true]);
  expect([first.take(500), second.take(1), third.take(1)]).toEqual([true, false, false]);
  first.close();
  expect([second.take(500), third.take(1)]).toEqual([true, false]);
  second.close();
  expect([pool.bytes, third.take(1)]).toEqual([0, true]);
});

it('accepts an empty reservation', () => {
  const pool = new MemoryPool(1);
  expect([pool.open().take(0), pool.open().take(2), pool.bytes]).toEqual([true, true, 2]);
});

it('gives no privilege to an account that holds nothing', () => {
  const pool = new MemoryPool(10);
  const [first, second] = [pool.open(), pool.open()];
  first.take(0);
  expect([second.take(10), second.take(5), first.take(1)]).toEqual([true, true, false]);
});

it('gives no memory to a closed account, whose operation may still go on, but tells it that there was enough', () => {
  const pool = new MemoryPool(10);
  const account = pool.open();
  account.take(5);
  account.close();
  expect([account.take(20), pool.bytes]).toEqual([true, 0]);
});

it('gives memory to an account again after a release', () => {
  const pool = new MemoryPool(10);
  const account = pool.open();
  account.take(5);
  account.release();
  expect([pool.bytes, account.take(7), pool.bytes]).toEqual([0, true, 7]);
});
