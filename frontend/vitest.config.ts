import { defineConfig } from 'vitest/config';
import { relay } from './examples/relay/vite-plugin.ts';

export default defineConfig({
  plugins: [relay()],
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 10_000 } },
    // The browser wants a processor for itself.
    fileParallelism: false,
  },
});
