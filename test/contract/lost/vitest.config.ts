import { defineConfig } from 'vitest/config';
import glance from '../glance/vitest.config.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The state folder of the Glance whose parts the tests break. */
    stateDir: string;
    /** Its message broker, in the clear and with TLS. */
    amqpUrl: string;
    amqpsUrl: string;
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

function readSurroundings(): { readonly stateDir: string; readonly amqpUrl: string; readonly amqpsUrl: string } {
  const { GLANCE_STATE_DIR: stateDir, AMQP_URL: amqpUrl, AMQPS_URL: amqpsUrl } = process.env;
  if (stateDir && amqpUrl && amqpsUrl) return { stateDir, amqpUrl, amqpsUrl };
  process.stderr.write('This suite needs a Glance with a message broker: WITH_EVENTS=1 test/contract/glance/up\n');
  process.exit(1);
}
