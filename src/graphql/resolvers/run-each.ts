/**
 * Runs a function on every item: several groups concurrently, the items of each group one after another.
 *
 * @returns the results, in the order of the items.
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
