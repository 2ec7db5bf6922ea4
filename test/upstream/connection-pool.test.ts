import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { type AttemptRequest, attempt, type Cancel } from '../../src/upstream/attempt.ts';
import type { ConnectionPool } from '../../src/upstream/connection-pool.ts';
import { refusingUrl } from '../support/listen.ts';
import { createPool } from '../support/transport.ts';
import { startUpstream, type Upstream } from '../support/upstream.ts';

const reason = new Error('enough');

function get(pool: ConnectionPool, path: string, onCancel: (cancel: Cancel) => void = () => {}) {
  const request: AttemptRequest = { method: 'GET', path, headers: [], body: null, maxBodyBytes: 10 };
  return attempt(pool, request, onCancel);
}

/** The number of connections that requests came on. */
function countSockets({ received }: Upstream): number {
  return new Set(received.map(({ socket }) => socket)).size;
}

function targets({ received }: Upstream): string[] {
  return received.map(({ target }) => target);
}

it('sends one request after another on the same connection', async () => {
  await using upstream = await startUpstream((response) => response.end());
  await using pool = createPool(upstream.url, { connections: 3 });
  for (const path of ['/1', '/2', '/3']) await get(pool, path);
  expect(countSockets(upstream)).toBe(1);
});

it('sends concurrent requests on a connection each, and uses the one that was free last', async () => {
  await using upstream = await startUpstream((response, { target }) =>
    setTimeout(() => response.end(), Number(target.slice(1))),
  );
  await using pool = createPool(upstream.url, { connections: 3 });
  await Promise.all(['/100', '/1', '/50'].map((path) => get(pool, path)));
  await get(pool, '/0');
  const [first, , , last] = upstream.received;
  expect(countSockets(upstream)).toBe(3);
  expect(last?.socket).toBe(first?.socket);
});

it('opens no more connections than its maximum; other requests wait, and take turns', async () => {
  await using upstream = await startUpstream((response) => setTimeout(() => response.end(), 10));
  await using pool = createPool(upstream.url, { connections: 2 });
  const paths = Array.from({ length: 20 }, (_, number) => `/${number}`);
  await Promise.all(paths.map((path) => get(pool, path)));
  expect(countSockets(upstream)).toBe(2);
  expect(targets(upstream)).toEqual(paths);
});

it('forgets a waiting request that is cancelled', async () => {
  await using upstream = await startUpstream((response) => setTimeout(() => response.end(), 10));
  await using pool = createPool(upstream.url, { connections: 1 });
  const first = get(pool, '/first');
  const cancelled = get(pool, '/cancelled', (cancel) => setImmediate(cancel, reason));
  const last = get(pool, '/last');
  await expect(cancelled).rejects.toMatchObject({ sent: false, cause: reason });
  await Promise.all([first, last]);
  expect(targets(upstream)).toEqual(['/first', '/last']);
  // If it had been sent and aborted, its connection would be closed.
  expect(countSockets(upstream)).toBe(1);
});

it('uses a connection again after a request that was cancelled, failed or cannot be sent', async () => {
  await using upstream = await startUpstream((response, { target }) => {
    if (target === '/fails') response.destroy();
    else if (target !== '/never') response.end();
  });
  await using pool = createPool(upstream.url, { connections: 1 });
  for (const path of ['/never', '/fails', '/not sent']) {
    const failed = get(pool, path, (cancel) => setTimeout(cancel, 100, reason));
    await expect(failed).rejects.toThrow('no answer');
    expect((await get(pool, '/answers')).status).toBe(200);
  }
  expect(targets(upstream)).toEqual(['/never', '/answers', '/fails', '/answers', '/answers']);
});

it('opens a new connection, and closes the old one, once that has reached its maximum age', async () => {
  await using upstream = await startUpstream((response) => response.end());
  await using pool = createPool(upstream.url, { connections: 1, maxAgeMs: 50 });
  await get(pool, '/1');
  await get(pool, '/2');
  await sleep(60);
  const [old] = upstream.received;
  const closed = new Promise((resolve) => old?.socket.on('close', resolve));
  await Promise.all([get(pool, '/3'), get(pool, '/4')]);
  expect(countSockets(upstream)).toBe(2);
  expect(upstream.received.map(({ socket }) => socket === old?.socket)).toEqual([true, true, false, false]);
  await closed;
});

it('connects again after a connection was refused', async () => {
  await using pool = createPool(refusingUrl, { connections: 1 });
  for (const _time of ['first', 'second']) {
    await expect(get(pool, '/')).rejects.toMatchObject({ sent: false, cause: { code: 'ECONNREFUSED' } });
  }
});

it('fails each request on its own if connections are refused while others wait', async () => {
  await using pool = createPool(refusingUrl, { connections: 1 });
  const failures = await Promise.allSettled(Array.from({ length: 10 }, () => get(pool, '/')));
  for (const failure of failures) {
    expect(failure).toMatchObject({ status: 'rejected', reason: { sent: false, cause: { code: 'ECONNREFUSED' } } });
  }
});

it('sends a waiting request on a new connection if the old one breaks', async () => {
  await using upstream = await startUpstream((response, { target, socket }) => {
    if (target === '/breaks') socket.resetAndDestroy();
    else response.end();
  });
  await using pool = createPool(upstream.url, { connections: 1 });
  await get(pool, '/first');
  const results = await Promise.allSettled(['/breaks', '/waits', '/breaks', '/waits'].map((path) => get(pool, path)));
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected', 'fulfilled']);
});

it('fails any number of waiting requests when it is destroyed', async () => {
  const pool = createPool(refusingUrl, { connections: 1 });
  const failures = Promise.allSettled(Array.from({ length: 10_000 }, () => get(pool, '/')));
  await pool.destroy();
  expect((await failures).filter(({ status }) => status === 'rejected')).toHaveLength(10_000);
});

it('fails running, waiting and later requests when it is destroyed', async () => {
  await using upstream = await startUpstream(() => {});
  const pool = createPool(upstream.url, { connections: 2 });
  const paths = Array.from({ length: 50 }, (_, number) => `/${number}`);
  const failures = Promise.allSettled(paths.map((path) => get(pool, path)));
  await upstream.arrived(2);
  await pool.destroy();
  const sent = (await failures).map((result) => result.status === 'rejected' && result.reason.sent);
  expect(sent.filter((wasSent) => wasSent)).toHaveLength(2);
  await expect(get(pool, '/later')).rejects.toMatchObject({ sent: false, cause: { code: 'UND_ERR_DESTROYED' } });
  expect(upstream.received).toHaveLength(2);
});
