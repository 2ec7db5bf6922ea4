import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    restoreMocks: true,
    testTimeout: 20_000,
    // Node loads the modules, as it does in production. Vite would load another copy of graphql than the packages get.
    experimental: { viteModuleRunner: false },
  },
});
