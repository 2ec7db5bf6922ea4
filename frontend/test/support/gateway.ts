import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';

const root = resolve(import.meta.dirname, '../../..');

/** A gateway in a process of its own, as `npm start` runs it. */
export interface Gateway extends AsyncDisposable {
  readonly url: string;
  /** Sends an operation past the frontend, as somebody else would. */
  query(token: string, query: string): Promise<unknown>;
  stop(): Promise<void>;
}

/** The embedded Images API alone, for what its own images do not show, and for when it is gone. */
export interface ImagesApi extends AsyncDisposable {
  readonly url: string;
  /** Registers images of the producer, all of them shared with nobody yet. */
  register(names: readonly string[]): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the gateway on a free port; on the embedded Images API, unless the environment says otherwise. */
export async function startGateway(environment: Readonly<Record<string, string>> = {}): Promise<Gateway> {
  const program = await start('src/main.ts', { PORT: '0', LOG_LEVEL: 'silent', ...environment });
  return {
    ...program,
    async query(token, query) {
      const headers = { 'content-type': 'application/json', 'x-auth-token': token };
      const response = await fetch(`${program.url}/graphql`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ query }),
      });
      return response.json();
    },
  };
}

/** Starts the embedded Images API alone, on a free port. */
export async function startImagesApi(): Promise<ImagesApi> {
  const program = await start('src/simulator/main.ts', { IMAGES_API_PORT: '0' });
  return {
    ...program,
    async register(names) {
      const headers = { 'content-type': 'application/json', 'x-auth-token': 'demo-producer-token' };
      for (const name of names) {
        const body = JSON.stringify({ name, visibility: 'shared' });
        const { status } = await fetch(`${program.url}/v2/images`, { method: 'POST', headers, body });
        if (status !== 201) throw new Error(`the Images API answered ${status}`);
      }
    },
  };
}

interface Program extends AsyncDisposable {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts a program of the gateway, and waits for its address. */
async function start(file: string, environment: Readonly<Record<string, string>>): Promise<Program> {
  const child = spawn('node', [file], {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await readUrl(child, file);
  async function stop(): Promise<void> {
    if (child.exitCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  return { url, stop, [Symbol.asyncDispose]: stop };
}

async function readUrl({ stdout }: ChildProcess, file: string): Promise<string> {
  if (stdout === null) throw new Error(`${file} has no standard output`);
  for await (const line of createInterface(stdout)) {
    const url = /listen(?:s at|ing on) (http:\/\/[^/\s]+)/.exec(line)?.[1];
    if (url === undefined) continue;
    // What it prints later must not fill the pipe.
    stdout.resume();
    return url;
  }
  throw new Error(`${file} did not start`);
}
