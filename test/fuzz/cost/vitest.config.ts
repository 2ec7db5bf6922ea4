import { defineConfig } from 'vitest/config';
import base from '../../../vitest.config.ts';

/** Runs the search for requests that exceed their cost bounds. Run nothing else meanwhile, because it measures times. */
export default defineConfig({
  ...base,
  test: { ...base.test, include: ['test/fuzz/cost/*.search.ts'] },
});
