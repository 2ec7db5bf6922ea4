import { defineConfig } from 'vitest/config';
import base from '../../vitest.config.ts';

/** Subscriptions through real proxies. Needs nginx and HAProxy: Debian's `nginx-light` and `haproxy`. */
export default defineConfig({
  ...base,
  test: { ...base.test, include: ['test/proxies/**/*.suite.ts'], testTimeout: 60_000 },
});
