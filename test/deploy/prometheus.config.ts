import { defineConfig } from 'vitest/config';
import base from '../../vitest.config.ts';

/** What a real Prometheus says of metrics, alerts and dashboard; it takes `prometheus` and `promtool`. */
export default defineConfig({
  ...base,
  test: { ...base.test, include: ['test/deploy/prometheus.suite.ts'], testTimeout: 60_000, hookTimeout: 60_000 },
});
