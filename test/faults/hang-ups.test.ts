import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { startGateway } from '../support/gateway.ts';
import { canaryToken, type Fault, healthy, imageId, otherToken, startFaultUpstream } from './fault-upstream.ts';
import { metric, operations, start } from './harness.ts';

const settings = {
  UPSTREAM_RETRIES: '0',
  UPSTREAM_BREAKER_FAILURES: '5',
  UPSTREAM_BREAKER_PAUSE_MS: '300',
  UPSTREAM_DEADLINE_MS: '2000',
};

/** Answers correctly, but only after a caller of `hangUp` has gone. */
const slow: Fault = (socket, request) => void setTimeout(() => socket.write(healthy(request)), 60);

let numbers = 0;

/** Requests a different image each time, and returns the connection. */
function ask(url: string): Socket {
  const { hostname, port } = new URL(url);
  const query = `{ image(id: "image-${numbers++}") { name } }`;
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  const head = `Host: a\r\nX-Auth-Token: ${canaryToken}`;
  socket.write(`GET /graphql?query=${encodeURIComponent(query)} HTTP/1.1\r\n${head}\r\n\r\n`);
  return socket;
}

/** Sends a request, and hangs up after some milliseconds. */
function hangUp(url: string, afterMs: number): void {
  const socket = ask(url);
  setTimeout(() => socket.destroy(), afterMs);
}

describe('callers who hang up', () => {
  it('do not keep the breaker open once the Images API answers again, even four every 10 ms', async () => {
    let down = true;
    const fault: Fault = (socket, request, number) => (down ? socket.resetAndDestroy() : slow(socket, request, number));
    await using upstream = await startFaultUpstream(fault);
    await using gateway = await startGateway(upstream.url, settings);
    for (let call = 0; call < 5; call++) await gateway.query(canaryToken, operations.image);
    expect(await metric(gateway.url, 'upstream_breaker_open{service="images"}')).toBe(1);
    down = false;
    const flood = setInterval(() => {
      for (let count = 0; count < 4; count++) hangUp(gateway.url, 15);
    }, 10);
    try {
      const code = async () => (await gateway.query(otherToken, operations.image)).errors?.[0]?.extensions.code;
      await expect.poll(code, { interval: 50, timeout: 3_000 }).toBeUndefined();
      for (let count = 0; count < 10; count++) {
        expect(await code()).toBeUndefined();
        await sleep(20);
      }
    } finally {
      clearInterval(flood);
    }
    expect(await metric(gateway.url, 'upstream_breaker_open{service="images"}')).toBe(0);
  });

  it.each<readonly [string, (socket: Socket) => void]>([
    ['closing', (socket) => socket.destroy()],
    ['resetting', (socket) => socket.resetAndDestroy()],
    ['half-closing', (socket) => socket.end()],
  ])('do not open the breaker by %s the connection, however many they are', async (_how, leave) => {
    await using surroundings = await start(() => {}, settings);
    const { gateway, upstream } = surroundings;
    for (let count = 1; count <= 30; count++) {
      const socket = ask(gateway.url);
      await upstream.arrived(count);
      leave(socket);
    }
    await expect.poll(() => metric(gateway.url, 'operations_running')).toBe(0);
    expect(await metric(gateway.url, 'upstream_breaker_open{service="images"}')).toBe(0);
    await surroundings.check('');
  });

  it('leave nothing behind while their calls wait for a connection, and no call is made for them', async () => {
    await using surroundings = await start(() => {}, { ...settings, UPSTREAM_CONNECTIONS: '1' });
    const { gateway, upstream } = surroundings;
    const first = ask(gateway.url);
    await upstream.arrived(1);
    const waiting = Array.from({ length: 20 }, () => ask(gateway.url));
    await expect.poll(() => metric(gateway.url, 'upstream_waiting_calls{service="images"}')).toBe(20);
    for (const socket of waiting) socket.destroy();
    await expect.poll(() => metric(gateway.url, 'upstream_waiting_calls{service="images"}')).toBe(0);
    first.destroy();
    await expect.poll(() => metric(gateway.url, 'upstream_calls{service="images"}')).toBe(0);
    expect(upstream.received).toHaveLength(1);
    await surroundings.check('');
  });
});

it('do not abort the breaker’s trial call, which counts as failed if no answer comes', async () => {
  let fault: Fault = (socket) => socket.resetAndDestroy();
  await using upstream = await startFaultUpstream((...call) => fault(...call));
  await using gateway = await startGateway(upstream.url, { ...settings, UPSTREAM_DEADLINE_MS: '500' });
  for (let call = 0; call < 5; call++) await gateway.query(canaryToken, operations.image);
  const before = upstream.received.length;
  const closed = Promise.withResolvers<number>();
  fault = (socket) => {
    const began = performance.now();
    socket.once('close', () => closed.resolve(performance.now() - began));
  };
  await sleep(350);
  hangUp(gateway.url, 50);
  await upstream.arrived(before + 1);
  // Until then, other callers are told to retry later; after another pause, one of them makes the trial call.
  const { errors } = await gateway.query(otherToken, `{ image(id: "${imageId}") { name } }`);
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', retryAfter: 1 });
  expect(await closed.promise).toBeGreaterThan(400);
  expect(await metric(gateway.url, 'upstream_breaker_open{service="images"}')).toBe(1);
});
