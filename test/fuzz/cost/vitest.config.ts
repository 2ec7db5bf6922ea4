import { defineConfig } from 'vitest/config';
import base from '../../../vitest.config.ts';

/** The search for requests that cost more than they may: it measures times, so nothing else should run meanwhile. */
export default defineConfig({
  ...base,
  test: { ...base.test, include: ['test/fuzz/cost/*.search.ts'] },
});
