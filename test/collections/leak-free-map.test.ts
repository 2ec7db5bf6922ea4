import { describe, expect, it } from 'vitest';
import { LeakFreeMap } from '../../src/collections/leak-free-map.ts';
import { collectGarbage, oldMegabytes } from '../support/garbage.ts';

describe('a leak-free map', () => {
  it('lets minor collections free removed entries, which a Map retains', () => {
    expect(megabytesKept(new LeakFreeMap())).toBeLessThan(megabytesKept(new Map()) / 2);
  });

  it('keeps the remaining entries in insertion order through many insertions and removals', () => {
    const map = new LeakFreeMap<number, string>();
    for (let number = 0; number < 20_000; number++) {
      map.set(number, `entry ${number}`);
      if (number % 1_000 !== 7) expect(map.delete(number)).toBe(true);
    }
    expect(map.size).toBe(20);
    expect([...map.entries()].map(([number]) => number)).toEqual(Array.from({ length: 20 }, (_, n) => n * 1_000 + 7));
    expect(map.get(3_007)).toBe('entry 3007');
    expect(map.get(3_008)).toBeUndefined();
    expect(map.delete(3_008)).toBe(false);
  });
});

/** How much of 10 MB that pass through a map, eight entries at a time, is promoted to the old generation. */
function megabytesKept(map: LeakFreeMap<number, number[]> | Map<number, number[]>): number {
  for (let number = 0; number < 8; number++) map.set(number, []);
  collectGarbage({ type: 'major' });
  const before = oldMegabytes();
  for (let number = 8; number < 10_000; number++) {
    map.set(number, new Array<number>(125).fill(number));
    map.delete(number - 8);
    if (number % 1_000 === 0) collectGarbage({ type: 'minor' });
  }
  return oldMegabytes() - before;
}
