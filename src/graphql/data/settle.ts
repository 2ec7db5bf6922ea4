/** The value of a promise, or its error as a value, so that in a DataLoader batch only the affected key fails. */
export async function settle<T>(promise: Promise<T>): Promise<T | Error> {
  try {
    return await promise;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/**
 * All values, or the first error in the order of the promises: which of several errors is thrown does not depend on
 * timing.
 */
export async function allInOrder<T extends readonly unknown[]>(
  promises: readonly [...T],
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(promises);
  const values: unknown[] = [];
  for (const promise of promises) values.push(await promise);
  return values as { -readonly [K in keyof T]: Awaited<T[K]> };
}
