import { defineConfig } from 'vitest/config';
import base from '../../../vitest.config.ts';
import { type Glance, parseGlance } from './environment.ts';

/** Runs the contract suite against the Glance that the environment names; fails immediately if there is none. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['test/contract/**/*.test.ts'],
    provide: { glance: readGlance() },
    testTimeout: 60_000,
    // Glance on SQLite answers 500 to concurrent writes.
    fileParallelism: false,
  },
});

function readGlance(): Glance {
  try {
    return parseGlance(process.env);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exit(1);
  }
}
