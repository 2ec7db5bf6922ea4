import { setFlagsFromString } from 'node:v8';
import type { Gateway } from './start.ts';

// None of our own modules is imported statically: loading them takes most of the start, and signals must be handled before.
void run();

/** Runs the gateway until a signal ends it. */
async function run(): Promise<void> {
  let gateway: Gateway | undefined;
  let stopping = false;

  /** Shuts the gateway down gracefully; the second time, ends the process immediately. */
  async function stop(): Promise<void> {
    if (stopping) process.exit(1);
    stopping = true;
    const answered = await gateway?.close();
    process.exit(answered === false ? 1 : 0);
  }
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // A terminal that is closed does not end the gateway either.
  process.on('SIGHUP', () => gateway?.reload());
  // What cannot be written is lost, and nothing else.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
  process.on('exit', () => gateway?.flush());

  const surroundings = { environment: process.env, output: process.stdout, errors: process.stderr };
  const { runCommand } = await import('./command-line/run-command.ts');
  const outcome = await runCommand({
    ...surroundings,
    args: process.argv.slice(2),
    installed: import.meta.url.endsWith('.cjs'),
  });
  if ('exitCode' in outcome) {
    process.exitCode = outcome.exitCode;
    return;
  }
  const { createGateway, describeFailure } = await import('./start.ts');
  try {
    gateway = await createGateway({ ...surroundings, launch: outcome.launch });
    await gateway.listen();
    // Not before: with other flags, V8 rejects compiled code from a cache.
    tuneGarbageCollection();
  } catch (error) {
    for (const line of describeFailure(error)) process.stderr.write(`${line}\n`);
    process.exit(1);
  }
}

/**
 * Rows of large lists survive minor collections. V8 would then allocate all objects from the same line of code in the old
 * generation, those of small operations too, where they stay until a major collection. It would also collect the
 * young generation when it is only four fifths full, and so copy what is still alive more often.
 */
function tuneGarbageCollection(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
  setFlagsFromString('--no-minor-gc-task');
}
