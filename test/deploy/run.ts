import { type ChildProcess, execFile, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

/** The repository. */
export const root = resolve(import.meta.dirname, '../..');

/** The result of a command. */
export interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

const execute = promisify(execFile);

/** Runs a command. @returns its standard output. @throws if it fails. */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { stdout } = await execute(command, args, { cwd: root, maxBuffer: 100_000_000, ...options });
  return stdout;
}

/** Runs a command, and returns its result even if it fails. */
export async function tryRun(command: string, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const { output, errors, child } = collect(command, args, options);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output: output(), errors: errors() };
}

/** A gateway in a separate process. */
export interface Served extends AsyncDisposable {
  readonly url: string;
  readonly child: ChildProcess;
  /** Sends SIGTERM. @returns the result of the process. */
  stop(): Promise<Ended>;
}

/** Starts a gateway. @throws if it ends before it printed its address. */
export async function serve(command: string, args: readonly string[], options: RunOptions = {}): Promise<Served> {
  const { output, errors, child } = collect(command, args, options);
  const closed = once(child, 'close') as Promise<[number | null]>;
  const toUrl = (): string | undefined => /listens at (\S+)\/graphql\n/.exec(output())?.[1];
  while (toUrl() === undefined) {
    await Promise.race([once(child.stdout, 'data'), closed.then(() => Promise.reject(new Error(errors())))]);
  }
  async function stop(signal: NodeJS.Signals): Promise<Ended> {
    if (child.exitCode === null) child.kill(signal);
    const [code] = await closed;
    return { code, output: output(), errors: errors() };
  }
  return {
    url: toUrl() ?? '',
    child,
    stop: () => stop('SIGTERM'),
    async [Symbol.asyncDispose]() {
      await stop('SIGKILL');
    },
  };
}

function collect(command: string, args: readonly string[], options: SpawnOptions) {
  const child = spawn(command, args, { cwd: root, ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const written = { output: '', errors: '' };
  child.stdout.on('data', (chunk) => {
    written.output += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    written.errors += String(chunk);
  });
  return { child, output: () => written.output, errors: () => written.errors };
}

/** Queries a gateway for the names of images. */
export async function askForImages(url: string, token: string): Promise<readonly string[]> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-auth-token': token },
    body: JSON.stringify({ query: '{ images(first: 3) { nodes { name } } }' }),
  });
  const { data } = (await response.json()) as { data: { images: { nodes: { name: string }[] } } };
  return data.images.nodes.map(({ name }) => name);
}
