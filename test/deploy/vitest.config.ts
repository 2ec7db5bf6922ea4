import { defineConfig } from 'vitest/config';
import base from '../../vitest.config.ts';

/** Tests of the package, the image and the deployment files. Need the npm registry, and the tools that `test/deploy/up` installs. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['test/deploy/*.suite.ts'],
    // Runs by itself: `npm run test:prometheus`.
    exclude: ['test/deploy/prometheus.suite.ts'],
    testTimeout: 120_000,
    hookTimeout: 300_000,
    // The suites build and measure, so they must not compete for the CPU.
    fileParallelism: false,
  },
});
