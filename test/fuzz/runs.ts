/** The seed of this run: `FUZZ_SEED`, or a new one. A failure prints it, with the path to the smallest case. */
export const seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
/** The multiple of the test run's duration; `npm run fuzz` uses a hundred. */
const factor = Number(process.env['FUZZ_FACTOR'] ?? 1);

process.stderr.write(`FUZZ_SEED=${seed} FUZZ_FACTOR=${factor}\n`);

/** The parameters of a property with this many cases in the test run. */
export function runs(numRuns: number): { seed: number; numRuns: number; endOnFailure: boolean } {
  return { seed, numRuns: numRuns * factor, endOnFailure: factor === 1 };
}

/** The time limit of a test. */
export const timeoutMs = 60_000 * factor;
