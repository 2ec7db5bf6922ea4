import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
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

function after(ms: number): Fault {
  return (socket, request) => void setTimeout(() => socket.write(healthy(request)), ms);
}

describe('on SIGTERM', () => {
  it('what is in flight is answered, the process is not ready any more, and it exits with 0', async () => {
    await using upstream = await startFaultUpstream(after(600));
    await using program = startProgram({ IMAGES_API_URL: upstream.url, DRAIN_DELAY_MS: '300' });
    const url = await program.url;
    const inFlight = ask(url);
    await upstream.arrived(1);
    program.child.kill('SIGTERM');
    // While draining is delayed, a balancer sees it, and whoever still comes is served.
    const ready = async () => (await fetch(`${url}/readyz`)).status;
    await expect.poll(ready, { interval: 5 }).toBe(503);
    const late = ask(url);
    expect((await inFlight).status).toBe(200);
    expect((await late).status).toBe(200);
    expect(await program.ended).toBe(0);
    await expect(ask(url)).rejects.toThrow();
    expect(program.errors()).not.toContain(canaryToken);
  });

  it('what does not end within the grace period is cut off, and the process exits with 1', async () => {
    await using upstream = await startFaultUpstream(() => {});
    await using program = startProgram({ IMAGES_API_URL: upstream.url, SHUTDOWN_GRACE_MS: '200' });
    const inFlight = ask(await program.url).catch(() => 'cut off');
    await upstream.arrived(1);
    program.child.kill('SIGTERM');
    expect(await program.ended).toBe(1);
    expect(await inFlight).toBe('cut off');
  });

  it('a second one ends the process at once', async () => {
    await using upstream = await startFaultUpstream(() => {});
    await using program = startProgram({ IMAGES_API_URL: upstream.url, SHUTDOWN_GRACE_MS: '60000' });
    const url = await program.url;
    const inFlight = ask(url).catch(() => 'cut off');
    await upstream.arrived(1);
    program.child.kill('SIGTERM');
    await expect.poll(async () => (await fetch(`${url}/readyz`).catch(() => null))?.status ?? 'refused').not.toBe(200);
    const began = performance.now();
    program.child.kill('SIGTERM');
    expect(await program.ended).toBe(1);
    expect(performance.now() - began).toBeLessThan(1_000);
    expect(await inFlight).toBe('cut off');
  });
});

describe('a start that cannot work', () => {
  it('names each wrong setting in a line of its own, and exits with 1', async () => {
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

describe('out of sockets', () => {
  it('the process lives, and serves again once there are some', async () => {
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
    // As good as any time to find out that nothing can be opened.
    await ask(url).catch(() => {});
    for (const socket of sockets) socket.destroy();
    const status = async () => (await ask(url).catch(() => null))?.status;
    await expect.poll(status, { timeout: 5_000 }).toBe(200);
    expect(program.child.exitCode).toBeNull();
    expect(program.errors()).toBe('');
  });
});
