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

/** Starts the gateway on a free port; on the embedded Images API, unless the environment says otherwise. */
export async function startGateway(environment: Readonly<Record<string, string>> = {}): Promise<Gateway> {
  const gateway = spawn('node', ['src/main.ts'], {
    cwd: root,
    env: { ...process.env, PORT: '0', LOG_LEVEL: 'silent', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await readUrl(gateway);
  async function stop(): Promise<void> {
    if (gateway.exitCode !== null) return;
    gateway.kill('SIGTERM');
    await once(gateway, 'exit');
  }
  return {
    url,
    async query(token, query) {
      const headers = { 'content-type': 'application/json', 'x-auth-token': token };
      const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
      return response.json();
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function readUrl(gateway: ChildProcess): Promise<string> {
  if (gateway.stdout === null) throw new Error('the gateway has no standard output');
  for await (const line of createInterface(gateway.stdout)) {
    const url = /listens at (http:\S+)\/graphql$/.exec(line)?.[1];
    // What it prints later must not fill the pipe.
    if (url) {
      gateway.stdout.resume();
      return url;
    }
  }
  throw new Error('the gateway did not start');
}
