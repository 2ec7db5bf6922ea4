import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    restoreMocks: true,
    // What a busy machine needs; a quiet one is far from both.
    testTimeout: 60_000,
    // A test that asserts nothing fails.
    expect: { requireAssertions: true, poll: { timeout: 20_000 } },
    // Many tests wait. By default, Vitest leaves one core idle.
    maxWorkers: availableParallelism() + 1,
    // The files of a worker share their modules, which takes a second to load. Nothing in src/ is mutable per module.
    isolate: false,
    // Each worker and each program that a test starts would compile the same modules again.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/node', import.meta.url)) },
    // Node loads the modules, as it does in production. Vite would load another copy of graphql than the packages get.
    experimental: { viteModuleRunner: false },
  },
});
