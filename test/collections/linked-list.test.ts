import { expect, it } from 'vitest';
import { type Link, LinkedList } from '../../src/collections/linked-list.ts';
import { collectGarbage, oldMegabytes } from '../support/garbage.ts';

it('hands over its entries in the order in which they came, without those that were removed', () => {
  const list = new LinkedList<string>();
  const links = ['a', 'b', 'c', 'd', 'e'].map((value) => list.push(value));
  for (const index of [0, 2, 4]) expect(list.remove(links[index] as Link<string>)).toBe(true);
  expect([list.size, list.first]).toEqual([2, 'b']);
  list.push('f');
  expect([list.shift(), list.shift(), list.shift(), list.shift()]).toEqual(['b', 'd', 'f', undefined]);
  expect([list.size, list.first]).toEqual([0, undefined]);
});

it('removes an entry only once, also after it was handed over', () => {
  const list = new LinkedList<string>();
  const [first, second] = [list.push('a'), list.push('b')];
  expect([list.remove(second), list.remove(second)]).toEqual([true, false]);
  expect([list.shift(), list.remove(first), list.size]).toEqual(['a', false, 0]);
  list.push('c');
  expect([list.first, list.size]).toEqual(['c', 1]);
});

it('lets minor collections free removed entries, although an old link once led to them', () => {
  const list = new LinkedList<number[]>();
  const old = list.push([]);
  collectGarbage({ type: 'major' });
  const before = oldMegabytes();
  for (let number = 0; number < 10_000; number++) {
    list.push(new Array<number>(125).fill(number));
    if (number >= 8) list.shift();
    if (number % 1_000 === 0) collectGarbage({ type: 'minor' });
  }
  expect(list.size).toBe(9);
  expect(oldMegabytes() - before).toBeLessThan(2);
  expect(list.remove(old)).toBe(false);
});
