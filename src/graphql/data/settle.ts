/** The value of a promise, or its error as a value: DataLoader takes errors so, and one failure is one key's alone. */
export async function settle<T>(promise: Promise<T>): Promise<T | Error> {
  try {
    return await promise;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/**
 * All of these values, or the first error in their order: which of several errors is told does not depend on which
 * comes first.
 */
export async function allInOrder<T extends readonly unknown[]>(
  promises: readonly [...{ [K in keyof T]: Promise<T[K]> }],
): Promise<T> {
  await Promise.allSettled(promises);
  const values: unknown[] = [];
  for (const promise of promises) values.push(await promise);
  return values as readonly unknown[] as T;
}
