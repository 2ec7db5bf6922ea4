import { createServer } from 'node:net';
import { Pool } from 'undici';
import { expect, it } from 'vitest';
import { type AttemptRequest, attempt, type Cancel, NoAnswer, UnusableAnswer } from '../../src/upstream/attempt.ts';
import { refusingUrl } from '../support/listen.ts';
import { startUpstream } from '../support/upstream.ts';

const request: AttemptRequest = { method: 'GET', path: '/', headers: [], body: null, maxBodyBytes: 10 };
const reason = new Error('enough');
const keep = (): void => {};

it('collects status, headers and body', async () => {
  await using upstream = await startUpstream((response) => {
    response.writeHead(418, { 'x-a': ['1', '2'] });
    response.write('té');
    response.end('a');
  });
  await using pool = disposable(upstream.url);
  const answer = await attempt(pool.dispatcher, request, keep);
  expect(answer).toMatchObject({ status: 418, headers: { 'x-a': ['1', '2'] }, body: 'téa' });
});

it('decodes a character that is split between two chunks', async () => {
  const [first, second] = [Buffer.from('é').subarray(0, 1), Buffer.from('é').subarray(1)];
  await using upstream = await startUpstream((response) => {
    response.write(first);
    setImmediate(() => response.end(second));
  });
  await using pool = disposable(upstream.url);
  expect((await attempt(pool.dispatcher, request, keep)).body).toBe('é');
});

it('reports that it was not sent if it is cancelled before it has a connection', async () => {
  await using upstream = await startUpstream((response) => response.end());
  await using pool = disposable(upstream.url);
  const failed = attempt(pool.dispatcher, request, (cancel) => cancel(reason));
  await expect(failed).rejects.toMatchObject({ name: 'NoAnswer', sent: false, cause: reason });
  await attempt(pool.dispatcher, request, keep);
  expect(upstream.received).toHaveLength(1);
});

it('reports that it may have been received if it is cancelled under way', async () => {
  await using upstream = await startUpstream(() => {});
  await using pool = disposable(upstream.url);
  let cancel: Cancel = keep;
  const failed = attempt(pool.dispatcher, request, (c) => {
    cancel = c;
  });
  await upstream.arrived(1);
  cancel(reason);
  await expect(failed).rejects.toMatchObject({ name: 'NoAnswer', sent: true, cause: reason });
});

it('ignores a cancellation after its end, and keeps the first of two reasons', async () => {
  await using upstream = await startUpstream((response) => response.end('whole'));
  await using pool = disposable(upstream.url);
  let cancel: Cancel = keep;
  const answered = attempt(pool.dispatcher, request, (c) => {
    cancel = c;
  });
  expect((await answered).body).toBe('whole');
  cancel(reason);
  expect((await answered).body).toBe('whole');

  const failed = attempt(pool.dispatcher, request, (c) => {
    c(reason);
    c(new Error('another'));
  });
  await expect(failed).rejects.toMatchObject({ cause: reason });
});

it('reports that it was not sent if it cannot be sent', async () => {
  await using refused = disposable(await refusingUrl(createServer()));
  const refusal = await attempt(refused.dispatcher, request, keep).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(NoAnswer);
  expect(refusal).toMatchObject({ sent: false, cause: { code: 'ECONNREFUSED' } });

  const bad = { ...request, headers: ['x-auth-token', 'two\r\nlines'] };
  await expect(attempt(refused.dispatcher, bad, keep)).rejects.toMatchObject({ name: 'NoAnswer', sent: false });
});

it('stops reading a body that is too large', async () => {
  await using upstream = await startUpstream((response, { socket }) => {
    const more = setInterval(() => response.write('more'), 1);
    socket.once('close', () => clearInterval(more));
  });
  await using pool = disposable(upstream.url);
  await expect(attempt(pool.dispatcher, request, keep)).rejects.toBeInstanceOf(UnusableAnswer);
  const [received] = upstream.received;
  if (received && !received.socket.destroyed) await new Promise((resolve) => received.socket.once('close', resolve));
});

function disposable(url: string): AsyncDisposable & { readonly dispatcher: Pool } {
  const dispatcher = new Pool(url, { connections: 1, pipelining: 1 });
  return { dispatcher, [Symbol.asyncDispose]: () => dispatcher.destroy() };
}
