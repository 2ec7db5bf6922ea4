import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Client } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startSimulator } from '../../src/simulator/server.ts';
import { startProgram } from '../support/program.ts';
import { canaryToken, type Fault, healthy, startFaultUpstream } from './fault-upstream.ts';
import { operations } from './harness.ts';

function ask(url: string): Promise<Response> {
  return fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-auth-token': canaryToken },
    body: JSON.stringify({ query: operations.image }),
  });
}

/** Whether a request succeeds. Another test may get the port of a program that ended, and may never answer. */
async function isAnswered(url: string): Promise<boolean> {
  const signal = AbortSignal.timeout(5_000);
  return fetch(url, { signal }).then(
    ({ ok }) => ok,
    () => false,
  );
}

function after(ms: number): Fault {
  return (socket, request) => void setTimeout(() => socket.write(healthy(request)), ms);
}

describe('on SIGTERM', () => {
  it('answers requests in flight, is no longer ready, and exits with 0', async () => {
    await using upstream = await startFaultUpstream(after(600));
    await using program = startProgram({ IMAGES_API_URL: upstream.url, DRAIN_DELAY_MS: '1500' });
    const url = await program.url;
    const inFlight = ask(url);
    await upstream.arrived(1);
    program.child.kill('SIGTERM');
    // While draining is delayed, the load balancer notices, and new requests are still served.
    const ready = async () => (await fetch(`${url}/readyz`)).status;
    await expect.poll(ready, { interval: 5 }).toBe(503);
    const late = ask(url);
    expect((await inFlight).status).toBe(200);
    expect((await late).status).toBe(200);
    expect(await program.ended).toBe(0);
    expect(await isAnswered(url)).toBe(false);
    expect(program.errors()).not.toContain(canaryToken);
  });

  it('cuts off requests that exceed the grace period, and exits with 1', async () => {
    await using upstream = await startFaultUpstream(() => {});
    await using program = startProgram({ IMAGES_API_URL: upstream.url, SHUTDOWN_GRACE_MS: '200' });
    const inFlight = ask(await program.url).catch(() => 'cut off');
    await upstream.arrived(1);
    program.child.kill('SIGTERM');
    expect(await program.ended).toBe(1);
    expect(await inFlight).toBe('cut off');
  });

  it('ends the process immediately on a second one', async () => {
    await using upstream = await startFaultUpstream(() => {});
    await using program = startProgram({ IMAGES_API_URL: upstream.url, SHUTDOWN_GRACE_MS: '60000' });
    const url = await program.url;
    const inFlight = ask(url).catch(() => 'cut off');
    await upstream.arrived(1);
    program.child.kill('SIGTERM');
    await expect.poll(() => isAnswered(`${url}/readyz`)).toBe(false);
    const began = performance.now();
    program.child.kill('SIGTERM');
    expect(await program.ended).toBe(1);
    expect(performance.now() - began).toBeLessThan(20_000);
    expect(await inFlight).toBe('cut off');
  });
});

describe('a signal', () => {
  it.each([{}, { IMAGES_API_URL: 'http://127.0.0.1:1' }])(
    'SIGTERM at the first line of output exits with 0; with %j',
    async (environment) => {
      for (let round = 0; round < 3; round++) {
        await using program = startProgram(environment);
        const { stdout, stderr } = program.child;
        await Promise.race([stdout, stderr].map((stream) => once(stream as Readable, 'data')));
        program.child.kill('SIGTERM');
        expect(await program.ended).toBe(0);
      }
    },
  );

  it('SIGHUP is ignored', async () => {
    await using upstream = await startFaultUpstream((socket, request) => void socket.write(healthy(request)));
    await using program = startProgram({ IMAGES_API_URL: upstream.url });
    const url = await program.url;
    program.child.kill('SIGHUP');
    expect((await ask(url)).status).toBe(200);
    program.child.kill('SIGTERM');
    expect(await program.ended).toBe(0);
  });

  it('SIGINT behaves like SIGTERM, and a second one ends the process immediately', async () => {
    await using upstream = await startFaultUpstream(() => {});
    await using program = startProgram({ IMAGES_API_URL: upstream.url, SHUTDOWN_GRACE_MS: '60000' });
    const url = await program.url;
    const inFlight = ask(url).catch(() => 'cut off');
    await upstream.arrived(1);
    program.child.kill('SIGINT');
    await expect.poll(() => isAnswered(url)).toBe(false);
    expect(program.child.exitCode).toBeNull();
    program.child.kill('SIGINT');
    expect(await program.ended).toBe(1);
    expect(await inFlight).toBe('cut off');
  });

  it('SIGTERM ends the process long before the grace period ends, even if idle connections are open', async () => {
    await using upstream = await startFaultUpstream((socket, request) => void socket.write(healthy(request)));
    await using program = startProgram({ IMAGES_API_URL: upstream.url, SHUTDOWN_GRACE_MS: '60000' });
    const { hostname, port } = new URL(await program.url);
    const sockets = Array.from({ length: 20 }, () => connect(Number(port), hostname));
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    for (const socket of sockets) socket.on('error', () => {});
    const began = performance.now();
    program.child.kill('SIGTERM');
    expect(await program.ended).toBe(0);
    expect(performance.now() - began).toBeLessThan(20_000);
  });
});

describe('output that cannot be written', () => {
  it.each([
    ['a log on a full disk', 'exec 2>/dev/full'],
    ['a log that is closed', 'exec 2>&-'],
    ['standard output on a full disk', 'exec >/dev/full'],
    ['standard output that is closed', 'exec >&-'],
    ['both on a full disk', 'exec >/dev/full 2>&1'],
    ['both closed', 'exec >&- 2>&-'],
  ])('neither loses requests nor prevents the process from exiting: %s', async (_what, redirection) => {
    await using upstream = await startFaultUpstream((socket, request) => void socket.write(healthy(request)));
    // The program cannot print a port that the system chose. This one is below the ephemeral range, so the system gives it
    // to no other process.
    const port = String(11_000 + (process.pid % 10_000));
    await using program = startProgram({ IMAGES_API_URL: upstream.url, PORT: port }, redirection);
    const url = `http://127.0.0.1:${port}`;
    const status = async () => (await ask(url).catch(() => null))?.status;
    await expect.poll(status).toBe(200);
    // Enough for several writes of the log.
    for (let round = 0; round < 10; round++) {
      const statuses = await Promise.all(Array.from({ length: 20 }, status));
      expect(statuses).toEqual(Array(20).fill(200));
    }
    program.child.kill('SIGTERM');
    expect(await program.ended).toBe(0);
  });

  it('neither loses requests nor prevents the process from exiting: pipes whose readers go away', async () => {
    await using upstream = await startFaultUpstream((socket, request) => void socket.write(healthy(request)));
    await using program = startProgram({ IMAGES_API_URL: upstream.url, LOG_LEVEL: 'trace' });
    const url = await program.url;
    program.child.stderr?.destroy();
    program.child.stdout?.destroy();
    for (let count = 0; count < 100; count++) expect((await ask(url)).status).toBe(200);
    program.child.kill('SIGTERM');
    expect(await program.ended).toBe(0);
  });

  it('loses log lines while its reader is stuck, and the log reports how many', async () => {
    await using program = startProgram({ IMAGES_API_URL: 'http://127.0.0.1:1' });
    const url = await program.url;
    program.child.stderr?.pause();
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    const line = 'GET /nothing HTTP/1.1\r\nHost: a\r\n';
    socket.write(`${`${line}\r\n`.repeat(9_999)}${line}Connection: close\r\n\r\n`);
    expect((await text(socket)).match(/HTTP\/1\.1 404/g)).toHaveLength(10_000);
    program.child.stderr?.resume();
    const count = () => {
      const lines = program.errors().split('\n').slice(0, -1);
      const entries = lines.map((entry) => JSON.parse(entry) as { msg: string; lines?: number });
      const lost = entries.reduce((sum, entry) => sum + (entry.lines ?? 0), 0);
      return { lost, all: lost + entries.filter(({ msg }) => msg === 'refused').length };
    };
    await expect.poll(() => count().all).toBe(10_000);
    expect(count().lost).toBeGreaterThan(0);
    expect(program.errors()).toContain('log lines were lost');
  });

  it('does not prevent the process from exiting if it is never read', async () => {
    await using program = startProgram({ IMAGES_API_URL: 'http://127.0.0.1:1' });
    const url = await program.url;
    program.child.stderr?.pause();
    for (let count = 0; count < 1_000; count++) await fetch(`${url}/nothing`);
    program.child.kill('SIGTERM');
    expect(await program.ended).toBe(0);
  });
});

describe('startup with an address that leads to no Images API', () => {
  it('warns on standard error in one line, and is not ready', async () => {
    await using images = await startSimulator();
    await using program = startProgram({ IMAGES_API_URL: `${images.url}/v2.15` });
    const url = await program.url;
    await expect.poll(() => program.errors()).toContain('IMAGES_API_URL');
    const lines = program.errors().trim().split('\n');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'warn' });
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
  });

  it('prints no warning if it leads to one', async () => {
    await using images = await startSimulator();
    await using program = startProgram({ IMAGES_API_URL: images.url });
    const url = await program.url;
    await expect.poll(async () => (await fetch(`${url}/readyz`)).status).toBe(200);
    program.child.kill('SIGTERM');
    expect(await program.ended).toBe(0);
    expect(program.errors()).toBe('');
  });
});

describe('startup with wrong settings', () => {
  it('prints one line for each of them, and exits with 1', async () => {
    await using program = startProgram({
      PORT: 'http',
      MAX_DEPTH: '0',
      UPSTREAM_CA_FILE: '/none',
      PRODUCTION: 'maybe',
    });
    expect(await program.ended).toBe(1);
    const lines = program.errors().trim().split('\n');
    expect(lines.map((line) => line.split(' ', 1)[0]).sort()).toEqual(
      ['PORT', 'MAX_DEPTH', 'UPSTREAM_CA_FILE', 'PRODUCTION'].sort(),
    );
  });
});

describe('running out of sockets', () => {
  it('health is answered, however many idle connections are open', async () => {
    await using program = startProgram({ IMAGES_API_URL: 'http://127.0.0.1:1' }, 'ulimit -n 512');
    const { hostname, port } = new URL(await program.url);
    const sockets = Array.from({ length: 600 }, () => connect(Number(port), hostname));
    for (const socket of sockets) socket.on('error', () => {});
    await Promise.all(sockets.map((socket) => once(socket, 'connect').catch(() => {})));
    for (let round = 0; round < 5; round++) {
      expect((await fetch(`http://${hostname}:${port}/healthz`)).status).toBe(200);
    }
    await expect.poll(() => program.errors()).toContain('MAX_CONNECTIONS');
    for (const socket of sockets) socket.destroy();
  });

  it('operations on open connections are answered, and compiled', async () => {
    await using upstream = await startFaultUpstream((socket, request) => void socket.write(healthy(request)));
    await using program = startProgram({ IMAGES_API_URL: upstream.url }, 'ulimit -n 64');
    const url = await program.url;
    const client = new Client(url);
    onTestFinished(() => client.destroy());
    const headers = { 'content-type': 'application/json', 'x-auth-token': canaryToken };
    const body = JSON.stringify({ query: operations.image });
    const status = async () => {
      const response = await client.request({ method: 'POST', path: '/graphql', headers, body });
      await response.body.dump();
      return response.statusCode;
    };
    expect(await status()).toBe(200);
    const { hostname, port } = new URL(url);
    const sockets = Array.from({ length: 120 }, () => connect(Number(port), hostname));
    for (const socket of sockets) socket.on('error', () => {});
    // With the limit reached, for as long as the gateway takes to close connections that send nothing.
    await expect.poll(() => readdirSync(`/proc/${program.child.pid}/fd`).length).toBeGreaterThanOrEqual(64);
    for (let round = 0; round < 3; round++) expect(await status()).toBe(200);
    for (const socket of sockets) socket.destroy();
    await expect.poll(() => program.errors()).toContain('"execution":"compiled"');
    expect(program.errors()).not.toContain('defect');
  });

  it('the process survives, and serves again once sockets are free', async () => {
    await using upstream = await startFaultUpstream((socket, request) => void socket.write(healthy(request)));
    await using program = startProgram({ IMAGES_API_URL: upstream.url, LOG_LEVEL: 'silent' }, 'ulimit -n 64');
    const url = await program.url;
    const { hostname, port } = new URL(url);
    const sockets: Socket[] = [];
    for (let count = 0; count < 120; count++) {
      const socket = connect(Number(port), hostname);
      socket.on('error', () => {});
      sockets.push(socket);
    }
    await Promise.all(sockets.map((socket) => once(socket, 'connect').catch(() => {})));
    // The request may fail while no socket can be opened.
    await ask(url).catch(() => {});
    for (const socket of sockets) socket.destroy();
    const status = async () => (await ask(url).catch(() => null))?.status;
    await expect.poll(status).toBe(200);
    expect(program.child.exitCode).toBeNull();
    expect(program.errors()).toBe('');
  });
});
