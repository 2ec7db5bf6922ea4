/**
 * Runs a function on every item, a few at a time, and those of one group one after another.
 *
 * @returns what it returned, in the order of the items.
 */
export async function runEach<T, R>(
  items: readonly T[],
  concurrency: number,
  toGroup: (item: T) => string,
  run: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const groups = Map.groupBy(items.entries(), ([, item]) => toGroup(item)).values();
  async function worker(): Promise<void> {
    for (const group of groups) for (const [index, item] of group) results[index] = await run(item, index);
  }
  await Promise.all(Array.from({ length: concurrency }, worker));
  return results;
}
