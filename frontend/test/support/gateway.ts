import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
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
  /** Registers images of the producer, all of them shared with nobody yet. @returns their ids. */
  register(names: readonly string[]): Promise<readonly string[]>;
  /** Shares an image of the producer. */
  share(imageId: string, memberIds: readonly string[]): Promise<void>;
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
  async function post(path: string, body: object): Promise<{ readonly id?: string }> {
    const headers = { 'content-type': 'application/json', 'x-auth-token': 'demo-producer-token' };
    const response = await fetch(`${program.url}/v2/images${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`the Images API answered ${response.status}`);
    return (await response.json()) as { readonly id?: string };
  }
  return {
    ...program,
    async register(names) {
      const ids: string[] = [];
      for (const name of names) ids.push((await post('', { name, visibility: 'shared' })).id ?? '');
      return ids;
    },
    async share(imageId, memberIds) {
      for (const member of memberIds) await post(`/${imageId}/members`, { member });
    },
  };
}

/** What leads the gateway to an Images API that was started apart, and to the Identity API beside it. */
export function toEnvironment(url: string): Readonly<Record<string, string>> {
  return { IMAGES_API_URL: url, IDENTITY_API_URL: `${url}/identity`, CONSOLE: 'true' };
}

/** Stands between a gateway and its Images API, and delays every call. */
export interface SlowWay extends AsyncDisposable {
  readonly url: string;
  delayMs: number;
}

export async function startSlowWay(target: string): Promise<SlowWay> {
  const server = createServer((incoming, outgoing) => {
    setTimeout(() => {
      const options = { method: incoming.method, headers: incoming.headers };
      const onward = request(new URL(incoming.url ?? '/', target), options, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      onward.on('error', () => outgoing.destroy());
      incoming.pipe(onward);
    }, way.delayMs);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const way = {
    url: `http://127.0.0.1:${port}`,
    delayMs: 0,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
  return way;
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
