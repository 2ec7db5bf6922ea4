import { defineConfig } from 'vitest/config';
import base from '../../vitest.config.ts';

/** The tests of one part, which `run.ts` names. Each run loads the modules again, so mutants outside functions count. */
export default defineConfig({
  test: {
    ...base.test,
    include: (process.env['MUTATION_TESTS'] ?? '').split(','),
    isolate: true,
  },
});
