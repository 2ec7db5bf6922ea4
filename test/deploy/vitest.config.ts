import { defineConfig } from 'vitest/config';
import base from '../../vitest.config.ts';

/** What is installed and deployed, tried as it is: needs the registry, and what `test/deploy/up` installs. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['test/deploy/*.suite.ts'],
    testTimeout: 120_000,
    hookTimeout: 300_000,
    // The suites build and measure: they must not take the processor from each other.
    fileParallelism: false,
  },
});
