import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { demoIdentities } from '../src/simulator/seed.ts';
import { compileCache } from './support/program.ts';
import { sendJson, startUpstream } from './support/upstream.ts';

const program = fileURLToPath(new URL('../src/main.ts', import.meta.url));

interface Run extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly output: Readonly<Record<'out' | 'err', string>>;
  /** The printed address. */
  url(): Promise<string>;
  /** The exit code, after all output was read. */
  ended(): Promise<unknown>;
}

/** Starts the gateway in a separate process, on a free port. */
function run(environment: Readonly<Record<string, string>>): Run {
  const child = spawn(process.execPath, [program], { env: { ...compileCache, PORT: '0', ...environment } });
  const output = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    output.out += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    output.err += String(chunk);
  });
  const closed = once(child, 'close');
  return {
    child,
    output,
    async url() {
      const line = /(http:\/\/127\.0\.0\.1:\d+)\/graphql\n/;
      while (!line.test(output.out)) await Promise.race([once(child.stdout, 'data'), closed.then(() => fail(output))]);
      return line.exec(output.out)?.[1] ?? '';
    },
    ended: async () => (await closed)[0],
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null) child.kill('SIGKILL');
      await closed;
    },
  };
}

function fail(output: Run['output']): never {
  throw new Error(`the gateway ended: ${output.err}`);
}

async function ask(url: string, token: string) {
  return fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-auth-token': token },
    body: JSON.stringify({ query: '{ images { nodes { name } } }' }),
  });
}

async function isOpen(url: string): Promise<boolean> {
  return fetch(`${url}/healthz`, { headers: { connection: 'close' } }).then(
    () => true,
    () => false,
  );
}

it('without a cloud it prints working tokens, and its address on one line', async () => {
  await using gateway = run({});
  const url = await gateway.url();
  for (const { token } of [demoIdentities.producer, demoIdentities.consumerA]) {
    while (!gateway.output.out.includes(token)) await once(gateway.child.stdout ?? fail(gateway.output), 'data');
    const { data } = (await (await ask(url, token)).json()) as { data: { images: { nodes: unknown[] } } };
    expect(data.images.nodes.length).toBeGreaterThan(0);
  }
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  expect(await (await fetch(`${url}/metrics`)).text()).toContain('process_cpu_user_seconds_total');
  gateway.child.kill('SIGINT');
  expect(await gateway.ended()).toBe(0);
});

it('the line with its address says whether federation is open to every router', async () => {
  await using open = run({});
  await open.url();
  expect(open.output.out.split('\n')[0]).toContain('ROUTER_SECRET');
  await using guarded = run({ ROUTER_SECRET: 'known-to-the-router' });
  await guarded.url();
  expect(guarded.output.out).not.toMatch(/ROUTER_SECRET|known-to-the-router/);
});

it('exits with one line for each wrong setting', async () => {
  await using gateway = run({ PORT: 'many', LOG_LEVEL: 'loud', IMAGES_API_URL: 'http://user:canary@cloud' });
  expect(await gateway.ended()).toBe(1);
  const lines = gateway.output.err.trimEnd().split('\n');
  expect(lines.map((line) => line.split(' ', 1)[0])).toEqual(['IMAGES_API_URL', 'PORT', 'LOG_LEVEL']);
  expect(gateway.output.err).not.toContain('canary');
  expect(gateway.output.out).toBe('');
});

it.each([{}, { IMAGES_API_URL: 'http://127.0.0.1:1' }])(
  'exits with one line if its port is in use; with %j',
  async (settings) => {
    await using upstream = await startUpstream((response) => sendJson(response, 200, {}));
    const { port } = new URL(upstream.url);
    await using gateway = run({ ...settings, PORT: port });
    expect(await gateway.ended()).toBe(1);
    expect(gateway.output.err).toMatch(new RegExp(`^[^\\n]*PORT[^\\n]*${port}[^\\n]*\\n$`));
    expect(gateway.output.out).toBe('');
  },
);

/** Starts an Images API that holds back its list of images; `held` resolves, once it is asked for, to what sends it. */
async function startHolding() {
  const held = Promise.withResolvers<() => void>();
  const upstream = await startUpstream((response, { headers }) => {
    // The gateway's own probes have no token.
    if (!headers.some(([name]) => name === 'x-auth-token')) sendJson(response, 404, {});
    else held.resolve(() => sendJson(response, 200, { images: [{ id: 'x', name: 'late' }] }));
  });
  return { ...upstream, held: held.promise };
}

it('on SIGTERM it answers requests in flight, refuses new connections, and exits with 0', async () => {
  await using upstream = await startHolding();
  await using gateway = run({ IMAGES_API_URL: upstream.url });
  const url = await gateway.url();
  // A request that has already begun on an existing connection is told that the gateway is shutting down.
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  await new Promise<void>((resolve) => socket.write('GET /readyz HTTP/1.1\r\n', () => resolve()));
  const answer = ask(url, 'a token');
  const release = await upstream.held;
  gateway.child.kill('SIGTERM');
  await expect.poll(() => isOpen(url)).toBe(false);
  socket.write('Host: a\r\n\r\n');
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 503 /);
  release();
  expect(await (await answer).json()).toEqual({ data: { images: { nodes: [{ name: 'late' }] } } });
  expect(await gateway.ended()).toBe(0);
  const log = gateway.output.err.trimEnd().split('\n');
  expect(log.map((line) => (JSON.parse(line) as { msg: string }).msg)).toContain('operation');
  expect(gateway.output.err).not.toContain('a token');
});

it('a second SIGTERM ends it immediately', async () => {
  await using upstream = await startUpstream(() => {});
  await using gateway = run({ IMAGES_API_URL: upstream.url, SHUTDOWN_GRACE_MS: '600000' });
  const url = await gateway.url();
  const cut = expect(ask(url, 'a token')).rejects.toThrow();
  await upstream.arrived(1);
  gateway.child.kill('SIGTERM');
  await expect.poll(() => isOpen(url)).toBe(false);
  gateway.child.kill('SIGTERM');
  expect(await gateway.ended()).not.toBe(0);
  await cut;
});

it('requests not answered within the grace period are cut off, and the exit code is 1', async () => {
  await using upstream = await startUpstream(() => {});
  await using gateway = run({ IMAGES_API_URL: upstream.url, SHUTDOWN_GRACE_MS: '50' });
  const cut = expect(ask(await gateway.url(), 'a token')).rejects.toThrow();
  await upstream.arrived(1);
  gateway.child.kill('SIGTERM');
  expect(await gateway.ended()).toBe(1);
  await cut;
});

it('with a port of their own, health and metrics are served only there, until the process ends', async () => {
  await using upstream = await startHolding();
  await using gateway = run({ IMAGES_API_URL: upstream.url, ADMIN_PORT: '0' });
  const url = await gateway.url();
  const toAdmin = (): string | undefined => /Health and metrics are at (\S+)\n/.exec(gateway.output.out)?.[1];
  await expect.poll(toAdmin).toBeDefined();
  const admin = toAdmin() ?? '';
  const status = async (target: string) => (await fetch(target, { headers: { connection: 'close' } })).status;
  for (const path of ['/healthz', '/readyz', '/metrics']) {
    expect(await status(`${url}${path}`)).toBe(404);
    expect(await status(`${admin}${path}`)).not.toBe(404);
  }
  expect(await status(`${admin}/graphql`)).toBe(404);
  const answer = ask(url, 'a token');
  const release = await upstream.held;
  gateway.child.kill('SIGTERM');
  await expect.poll(() => isOpen(url)).toBe(false);
  expect(await status(`${admin}/healthz`)).toBe(200);
  expect(await status(`${admin}/readyz`)).toBe(503);
  release();
  expect((await answer).status).toBe(200);
  expect(await gateway.ended()).toBe(0);
});

it('SIGHUP reloads secrets; an invalid file changes nothing', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'secret-')), 'router-secret');
  writeFileSync(file, 'the-first-secret\n');
  await using gateway = run({ ROUTER_SECRET_FILE: file });
  const url = await gateway.url();
  const isRouter = async (secret: string): Promise<boolean> => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-router-secret': secret },
      body: JSON.stringify({ query: '{ _entities(representations: []) { __typename } }' }),
    });
    return !('errors' in ((await response.json()) as object));
  };
  const hangUp = async (content: string, line: string): Promise<void> => {
    const before = gateway.output.err.split(line).length;
    writeFileSync(file, content);
    gateway.child.kill('SIGHUP');
    await expect.poll(() => gateway.output.err.split(line).length).toBe(before + 1);
  };
  expect([await isRouter('the-first-secret'), await isRouter('the-second-secret')]).toEqual([true, false]);
  await hangUp('the-second-secret\nthe-first-secret\n', 'were reloaded');
  expect([await isRouter('the-first-secret'), await isRouter('the-second-secret')]).toEqual([true, true]);
  await hangUp('the-second-secret\n', 'were reloaded');
  expect([await isRouter('the-first-secret'), await isRouter('the-second-secret')]).toEqual([false, true]);
  await hangUp('short\n', 'could not be reloaded');
  expect(await isRouter('the-second-secret')).toBe(true);
  expect(gateway.output.err).not.toMatch(/the-first-secret|the-second-secret|short/);
  gateway.child.kill('SIGTERM');
  expect(await gateway.ended()).toBe(0);
});

it('a misspelt setting causes a warning that suggests the right name', async () => {
  await using gateway = run({ MAX_CONCURENT_OPERATIONS: '5' });
  await gateway.url();
  gateway.child.kill('SIGTERM');
  expect(await gateway.ended()).toBe(0);
  expect(gateway.output.err).toMatch(/"level":"warn"[^\n]*MAX_CONCURENT_OPERATIONS[^\n]*MAX_CONCURRENT_OPERATIONS/);
});

it('serves on a Unix socket', async () => {
  const host = join(mkdtempSync(join(tmpdir(), 'socket-')), 'gateway.sock');
  await using gateway = run({ HOST: host });
  await expect.poll(() => gateway.output.out).toContain(`http://unix:${host}:/graphql`);
  const answer = await new Promise((resolve, reject) => {
    get({ socketPath: host, path: '/healthz' }, (response) => resolve(response.statusCode)).on('error', reject);
  });
  expect(answer).toBe(200);
  gateway.child.kill('SIGTERM');
  expect(await gateway.ended()).toBe(0);
  expect(existsSync(host)).toBe(false);
});
