import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, it, vi } from 'vitest';
import { startGateway } from '../support/gateway.ts';
import { sendJson, startUpstream } from '../support/upstream.ts';

const document = '{ image(id: "x") { name } }';

it('answers requests in flight, refuses new connections, and leaves nothing open', async () => {
  let release = (): void => {};
  await using upstream = await startUpstream((response) => {
    release = () => sendJson(response, 200, { id: 'x', name: 'late' });
  });
  await using gateway = await startGateway(upstream.url);
  const answer = gateway.query('t', document);
  await upstream.arrived(1);
  const closed = gateway.app.close();
  await expect(fetch(`${gateway.url}/healthz`)).rejects.toThrow();
  release();
  expect((await answer).data).toEqual({ image: { name: 'late' } });
  expect((await answer).headers.get('connection')).toBe('close');
  expect(await closed).toBe(true);
  await vi.waitUntil(() => upstream.sockets.size === 0, { timeout: 20_000, interval: 1 });
});

it('/readyz reports the shutdown on existing connections', async () => {
  await using upstream = await startUpstream((response) => sendJson(response, 200, {}));
  await using gateway = await startGateway(upstream.url);
  const { port, hostname } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  // The server knows of the connection once it has received the beginning of a request.
  const head = 'GET /readyz HTTP/1.1\r\n';
  await new Promise<void>((resolve) => socket.write(head, () => resolve()));
  await fetch(`${gateway.url}/healthz`);
  const closed = gateway.app.close();
  socket.write('Host: a\r\n\r\n');
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 503 .*\r\nconnection: close\r\n[\s\S]*draining/i);
  expect(await closed).toBe(true);
});

it('cuts off requests that are not answered within the grace period', async () => {
  await using upstream = await startUpstream(() => {});
  await using gateway = await startGateway(upstream.url, { SHUTDOWN_GRACE_MS: '50' });
  const answer = gateway.query('t', document);
  const failed = expect(answer).rejects.toThrow();
  await upstream.arrived(1);
  expect(await gateway.app.close()).toBe(false);
  await failed;
});

it('aborts the upstream call of a caller that goes away', async () => {
  await using upstream = await startUpstream(() => {});
  await using gateway = await startGateway(upstream.url, { UPSTREAM_DEADLINE_MS: '600000' });
  const caller = new AbortController();
  const gone = fetch(`${gateway.url}/graphql?query=${encodeURIComponent(document)}`, {
    headers: { 'x-auth-token': 't' },
    signal: caller.signal,
  });
  const failed = expect(gone).rejects.toThrow();
  await upstream.arrived(1);
  const closed = new Promise((resolve) => upstream.received[0]?.socket.once('close', resolve));
  caller.abort();
  await failed;
  await closed;
  expect(upstream.received).toHaveLength(1);
});

it.each([
  ['that has sent nothing', ''],
  ['that has sent half of its headers', 'GET /healthz HTTP/1.1\r\nHost: '],
])('a connection %s delays shutdown much less than the grace period', async (_which, bytes) => {
  await using upstream = await startUpstream((response) => sendJson(response, 200, {}));
  await using gateway = await startGateway(upstream.url, { SHUTDOWN_GRACE_MS: '60000' });
  const { port, hostname } = new URL(gateway.url);
  const sockets = Array.from({ length: 20 }, () => connect(Number(port), hostname));
  for (const socket of sockets) {
    socket.on('error', () => {});
    socket.write(bytes);
  }
  await fetch(`${gateway.url}/healthz`);
  const began = performance.now();
  expect(await gateway.app.close()).toBe(true);
  expect(performance.now() - began).toBeLessThan(6_000);
  for (const socket of sockets) socket.destroy();
});

it('a kept-alive connection gets its whole answer and does not delay shutdown afterwards', async () => {
  let release = (): void => {};
  await using upstream = await startUpstream((response) => {
    release = () => sendJson(response, 200, { id: 'x', name: 'late' });
  });
  await using gateway = await startGateway(upstream.url, { SHUTDOWN_GRACE_MS: '60000' });
  const { port, hostname } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  const query = encodeURIComponent(document);
  socket.write(`GET /graphql?query=${query} HTTP/1.1\r\nHost: a\r\nX-Auth-Token: t\r\n\r\n`);
  await upstream.arrived(1);
  const closed = gateway.app.close();
  // Longer than a connection without a request stays open.
  setTimeout(() => release(), 2_500);
  expect(await text(socket)).toContain('"late"');
  const began = performance.now();
  expect(await closed).toBe(true);
  expect(performance.now() - began).toBeLessThan(6_000);
});

it('waits for a body that is still being sent', async () => {
  await using upstream = await startUpstream((response) => sendJson(response, 200, {}));
  await using gateway = await startGateway(upstream.url, { SHUTDOWN_GRACE_MS: '60000' });
  const { port, hostname } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  const body = JSON.stringify({ query: '{ __typename }' });
  const head = `Host: a\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`;
  socket.write(`POST /graphql HTTP/1.1\r\n${head}\r\n\r\n${body.slice(0, 5)}`);
  const receiving = async () => (await fetch(`${gateway.url}/metrics`)).text();
  await expect.poll(receiving).toContain('image_gateway_receiving_bytes 5');
  const closed = gateway.app.close();
  setTimeout(() => socket.write(body.slice(5)), 2_500);
  expect(await text(socket)).toContain('{"data":{"__typename":"Query"}}');
  expect(await closed).toBe(true);
});
