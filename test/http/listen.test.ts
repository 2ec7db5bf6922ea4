import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, statSync, writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { ListenError, listen } from '../../src/http/listen.ts';

const settings = { host: 'HOST', port: 'PORT' };

function createPlace() {
  return join(mkdtempSync(join(tmpdir(), 'listen-')), 'gateway.sock');
}

/** A server that answers hello, closed at the end of the scope. */
function createHello(): Server & AsyncDisposable {
  const server = createServer((_request, response) => response.end('hello'));
  return Object.assign(server, {
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  });
}

async function ask(socketPath: string): Promise<string> {
  return new Promise((resolve, reject) => {
    request({ socketPath, path: '/', agent: false }, (response) => resolve(text(response)))
      .on('error', reject)
      .end();
  });
}

it('returns the URL of an address and a port', async () => {
  await using server = createHello();
  const url = await listen(server, { host: '127.0.0.1', port: 0, settings });
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(await (await fetch(url, { headers: { connection: 'close' } })).text()).toBe('hello');
});

it('connections that come while the process is busy wait for it, and none has to knock again', async () => {
  await using server = createHello();
  let accepted = 0;
  server.on('connection', () => accepted++);
  const url = new URL(await listen(server, { host: '127.0.0.1', port: 0, settings }));
  const clients = Array.from({ length: 1_500 }, () => connect(Number(url.port), url.hostname).on('error', () => {}));
  // All connections are requested in the next tick, and none is accepted before the process is idle again.
  await new Promise((resolve) => process.nextTick(resolve));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  await once(server, 'connection');
  // The system of a client whose request is dropped repeats it after a second.
  for (let before = 0; accepted > before; await sleep(50)) before = accepted;
  expect(accepted).toBe(clients.length);
  for (const client of clients) client.destroy();
});

it('a socket is accessible only to its user and group', async () => {
  const host = createPlace();
  await using server = createHello();
  expect(await listen(server, { host, port: 0, settings })).toBe(`http://unix:${host}:`);
  expect(statSync(host).mode & 0o777).toBe(0o660);
  expect(await ask(host)).toBe('hello');
});

it('a stale socket is replaced', async () => {
  const host = createPlace();
  const leave = `require('node:net').createServer().listen(${JSON.stringify(host)}, () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', leave]);
  expect(statSync(host).isSocket()).toBe(true);
  await using server = createHello();
  await listen(server, { host, port: 0, settings });
  expect(await ask(host)).toBe('hello');
});

it('a socket on which a program listens is not replaced', async () => {
  const host = createPlace();
  await using first = createHello();
  await listen(first, { host, port: 0, settings });
  await using second = createHello();
  await expect(listen(second, { host, port: 0, settings })).rejects.toThrow(
    new ListenError(`HOST: ${host} is in use by another program.`),
  );
  expect(await ask(host)).toBe('hello');
});

it('a file that is not a socket is not replaced', async () => {
  const host = createPlace();
  writeFileSync(host, 'kept');
  await using server = createHello();
  await expect(listen(server, { host, port: 0, settings })).rejects.toThrow(ListenError);
  expect(statSync(host).size).toBe(4);
});

it('an unavailable address is reported in one line that names the settings', async () => {
  await using server = createHello();
  const tell = (host: string, port: number) =>
    listen(server, { host, port, settings: { host: 'ADMIN_HOST', port: 'ADMIN_PORT' } });
  await expect(tell('/no/such/folder/gateway.sock', 0)).rejects.toThrow(
    /^ADMIN_HOST: the folder does not exist, or this user may not listen at [^\n]*\.$/,
  );
  await expect(tell('192.0.2.1', 0)).rejects.toThrow('ADMIN_HOST: this machine has no address 192.0.2.1.');
  await using other = createHello();
  const { port } = new URL(await listen(other, { host: '127.0.0.1', port: 0, settings }));
  await expect(tell('127.0.0.1', Number(port))).rejects.toThrow(
    `ADMIN_HOST and ADMIN_PORT: 127.0.0.1:${port} is in use by another program.`,
  );
});
