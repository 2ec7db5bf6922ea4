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
  const { tuneGarbageCollection } = await import('./garbage-collection.ts');
  try {
    gateway = await createGateway({ ...surroundings, launch: outcome.launch });
    await gateway.listen();
    tuneGarbageCollection();
  } catch (error) {
    for (const line of describeFailure(error)) process.stderr.write(`${line}\n`);
    process.exit(1);
  }
}
