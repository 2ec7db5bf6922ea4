import { expect, it } from 'vitest';
import { runEach } from '../../../src/graphql/resolvers/run-each.ts';

/** Runs the items, grouped by their letter. @returns the results, and which items ran concurrently. */
async function run(items: readonly string[], concurrency: number) {
  const running = new Set<string>();
  const seen: string[] = [];
  const results = await runEach(
    items,
    concurrency,
    (item) => item.slice(0, 1),
    async (item, index) => {
      running.add(item);
      seen.push([...running].join('+'));
      await new Promise((resolve) => setImmediate(resolve));
      running.delete(item);
      return `${item} at ${index}`;
    },
  );
  return { results, seen };
}

it.each([
  [1, ['a1', 'a2', 'b1', 'c1']],
  [2, ['a1', 'a1+b1', 'b1+a2', 'a2+c1']],
  [3, ['a1', 'a1+b1', 'a1+b1+c1', 'b1+c1+a2']],
  [9, ['a1', 'a1+b1', 'a1+b1+c1', 'b1+c1+a2']],
])('runs at most %i groups concurrently, and the items of a group in sequence', async (concurrency, expected) => {
  const { results, seen } = await run(['a1', 'b1', 'a2', 'c1'], concurrency);
  expect(seen).toEqual(expected);
  expect(results).toEqual(['a1 at 0', 'b1 at 1', 'a2 at 2', 'c1 at 3']);
});

it('has no results without items', async () => {
  expect((await run([], 2)).results).toEqual([]);
});

it('fails with the error of an item', async () => {
  const error = new Error('no');
  await expect(
    runEach(['a'], 1, String, async () => {
      throw error;
    }),
  ).rejects.toBe(error);
});
