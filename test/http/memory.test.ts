import { expect, it } from 'vitest';
import { createMemorySource, Memory } from '../../src/http/memory.ts';

/** A process with 100 bytes of memory, including 10 of heap, and garbage that a collection frees in some time. */
function create(maxPercent = 80) {
  const state = { now: 0, held: 0, garbage: 0, heapUsed: 0, collections: 0, collectionMs: 50 };
  const memory = new Memory(
    maxPercent,
    {
      read: () => ({ resident: state.held + state.garbage, available: 100, heapUsed: state.heapUsed, heapLimit: 10 }),
      collectGarbage() {
        state.collections++;
        state.now += state.collectionMs;
        state.garbage = 0;
      },
    },
    () => state.now,
  );
  return { memory, state };
}

it('memory is short if either the process or the heap is near its limit', () => {
  const { memory, state } = create();
  state.held = 50;
  state.heapUsed = 7;
  expect([memory.percent, memory.isShort]).toEqual([70, false]);
  state.now += 20;
  state.held = 79;
  expect([memory.percent, memory.isShort]).toEqual([79, false]);
  state.now += 20;
  state.heapUsed = 9;
  expect([memory.percent, memory.isShort]).toEqual([90, true]);
});

it('garbage is collected before memory counts as short, and not otherwise', () => {
  const { memory, state } = create();
  state.held = 30;
  state.garbage = 50;
  expect([memory.isShort, state.collections]).toEqual([false, 0]);
  state.now += 20;
  state.garbage = 60;
  expect([memory.isShort, state.collections, memory.percent]).toEqual([false, 1, 30]);
});

it('collections take at most a fifth of the time, however often memory is checked', () => {
  const { memory, state } = create();
  state.held = 90;
  const end = 10_000;
  while (state.now < end) {
    expect(memory.isShort).toBe(true);
    state.now += 1;
  }
  expect((state.collections * state.collectionMs) / end).toBeLessThan(0.21);
  expect(state.collections).toBeGreaterThan(20);
});

it('memory is no longer short once less is in use, without any other event', () => {
  const { memory, state } = create();
  state.held = 90;
  expect(memory.isShort).toBe(true);
  state.held = 20;
  state.garbage = 70;
  // Garbage created after the last collection remains until the next one.
  state.now += 100;
  expect(memory.isShort).toBe(true);
  state.now += 300;
  expect(memory.isShort).toBe(false);
});

it('this process returns unused memory', () => {
  const source = createMemorySource();
  const { available, heapLimit, resident } = source.read();
  expect(resident).toBeLessThan(available);
  expect(heapLimit).toBeLessThan(available * 2);
  let held: object[] | null = Array.from({ length: 1_000_000 }, (_, index) => ({ index, text: `text ${index}` }));
  const holding = source.read();
  expect(held.length).toBe(1_000_000);
  held = null;
  source.collectGarbage();
  const after = source.read();
  expect(holding.heapUsed - after.heapUsed).toBeGreaterThan(40_000_000);
  expect(holding.resident - after.resident).toBeGreaterThan(30_000_000);
});
