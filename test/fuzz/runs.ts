/** The seed of this run: `FUZZ_SEED`, or a new one. A failure prints it, with the path to the smallest case. */
export const seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
/** How many times as long as in the test run; `npm run fuzz` takes a hundred. */
const factor = Number(process.env['FUZZ_FACTOR'] ?? 1);

process.stderr.write(`FUZZ_SEED=${seed} FUZZ_FACTOR=${factor}\n`);

/** The parameters of a property that is tried so often in the test run. */
export function runs(numRuns: number): { seed: number; numRuns: number; endOnFailure: boolean } {
  return { seed, numRuns: numRuns * factor, endOnFailure: factor === 1 };
}

/** How long a test may take. */
export const timeoutMs = 20_000 * factor;
