import { defineConfig } from 'vitest/config';
import lost from './vitest.config.ts';

/** Subscriptions that a real Glance wakes by its notifications; it must be one that `WITH_EVENTS=1 up` started. */
export default defineConfig({ ...lost, test: { ...lost.test, include: ['test/contract/lost/live.suite.ts'] } });
