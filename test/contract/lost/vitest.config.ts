import { defineConfig } from 'vitest/config';
import glance from '../glance/vitest.config.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The state folder of the Glance whose parts the tests break. */
    stateDir: string;
    /** Its message broker. */
    amqpUrl: string;
  }
}

/** Answers to callers while parts of a real Glance are broken. The Glance must be one that `WITH_EVENTS=1 up` started. */
export default defineConfig({
  ...glance,
  test: {
    ...glance.test,
    include: ['test/contract/lost/faults.suite.ts'],
    provide: { ...glance.test?.provide, ...readSurroundings() },
  },
});

function readSurroundings(): { readonly stateDir: string; readonly amqpUrl: string } {
  const { GLANCE_STATE_DIR: stateDir, AMQP_URL: amqpUrl } = process.env;
  if (stateDir && amqpUrl) return { stateDir, amqpUrl };
  process.stderr.write('This suite needs a Glance with a message broker: WITH_EVENTS=1 test/contract/glance/up\n');
  process.exit(1);
}
