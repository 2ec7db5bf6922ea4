import { expect, it } from 'vitest';
import {
  type AttemptRequest,
  attempt,
  type Cancel,
  NoAnswer,
  TooLargeAnswer,
  UnusableAnswer,
} from '../../src/upstream/attempt.ts';
import type { ConnectionPool } from '../../src/upstream/connection-pool.ts';
import { refusingUrl } from '../support/listen.ts';
import { createPool, createSilentPool } from '../support/transport.ts';
import { type Script, startRawUpstream, startUpstream } from '../support/upstream.ts';

const request: AttemptRequest = { method: 'GET', path: '/', headers: [], body: null, maxBodyBytes: 10 };
const reason = new Error('enough');
const keep = (): void => {};

it('collects status, headers and body', async () => {
  await using upstream = await startUpstream((response) => {
    response.writeHead(418, { 'x-a': ['1', '2'] });
    response.write('té');
    response.end('a');
  });
  await using pool = createOne(upstream.url);
  const answer = await attempt(pool, request, keep);
  expect(answer).toMatchObject({ status: 418, headers: { 'x-a': ['1', '2'] }, body: 'téa' });
});

it('decodes a character that is split between two chunks', async () => {
  const [first, second] = [Buffer.from('é').subarray(0, 1), Buffer.from('é').subarray(1)];
  await using upstream = await startUpstream((response) => {
    response.write(first);
    setImmediate(() => response.end(second));
  });
  await using pool = createOne(upstream.url);
  expect((await attempt(pool, request, keep)).body).toBe('é');
});

it('reports that it was not sent if it is cancelled before it has a connection', async () => {
  await using upstream = await startUpstream((response) => response.end());
  await using pool = createOne(upstream.url);
  const failed = attempt(pool, request, (cancel) => cancel(reason));
  await expect(failed).rejects.toMatchObject({ name: 'NoAnswer', sent: false, cause: reason });
  await attempt(pool, request, keep);
  expect(upstream.received).toHaveLength(1);
});

it('reports that it may have been received if it is cancelled under way', async () => {
  await using upstream = await startUpstream(() => {});
  await using pool = createOne(upstream.url);
  let cancel: Cancel = keep;
  const failed = attempt(pool, request, (c) => {
    cancel = c;
  });
  await upstream.arrived(1);
  cancel(reason);
  await expect(failed).rejects.toMatchObject({ name: 'NoAnswer', sent: true, cause: reason });
});

it('ignores a cancellation after its end, and keeps the first of two reasons', async () => {
  await using upstream = await startUpstream((response) => response.end('whole'));
  await using pool = createOne(upstream.url);
  let cancel: Cancel = keep;
  const answered = attempt(pool, request, (c) => {
    cancel = c;
  });
  expect((await answered).body).toBe('whole');
  cancel(reason);
  expect((await answered).body).toBe('whole');

  const failed = attempt(pool, request, (c) => {
    c(reason);
    c(new Error('another'));
  });
  await expect(failed).rejects.toMatchObject({ cause: reason });
});

it('reports that it was not sent if it cannot be sent', async () => {
  await using refused = createOne(refusingUrl);
  const refusal = await attempt(refused, request, keep).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(NoAnswer);
  expect(refusal).toMatchObject({ sent: false, cause: { code: 'ECONNREFUSED' } });

  const bad = { ...request, headers: ['x-auth-token', 'two\r\nlines'] };
  await expect(attempt(refused, bad, keep)).rejects.toMatchObject({ name: 'NoAnswer', sent: false });
});

it('stops reading a body that is too large', async () => {
  await using upstream = await startUpstream((response, { socket }) => {
    const more = setInterval(() => response.write('more'), 1);
    socket.once('close', () => clearInterval(more));
  });
  await using pool = createOne(upstream.url);
  await expect(attempt(pool, request, keep)).rejects.toBeInstanceOf(UnusableAnswer);
  const [received] = upstream.received;
  if (received && !received.socket.destroyed) await new Promise((resolve) => received.socket.once('close', resolve));
});

/** The error of an attempt. */
async function failureOf(url: string, sent: Partial<AttemptRequest> = {}): Promise<unknown> {
  await using pool = createOne(url);
  return await attempt(pool, { ...request, ...sent }, keep).then(
    () => expect.fail('it was answered'),
    (error: unknown) => error,
  );
}

const withLength: Script = (response) => response.end('11 bytes...');
const inChunks: Script = (response) => {
  response.write('7 bytes');
  setImmediate(() => response.end('and 4'));
};

it.each([
  ['with its length', withLength],
  ['in chunks', inChunks],
])('a successful response that is too large can be told from other unusable ones, sent %s', async (_how, script) => {
  let status = 0;
  await using upstream = await startUpstream((response, ...rest) => {
    response.statusCode = status;
    script(response, ...rest);
  });
  for (status of [200, 299]) {
    const error = await failureOf(upstream.url);
    expect(error).toBeInstanceOf(TooLargeAnswer);
    expect(error).toMatchObject({ name: 'TooLargeAnswer', end: null, message: expect.stringContaining('10 bytes') });
  }
  for (status of [300, 404, 500]) {
    const error = await failureOf(upstream.url);
    expect(error).toMatchObject({ name: 'UnusableAnswer', message: expect.stringContaining('10 bytes') });
    expect(error).not.toBeInstanceOf(TooLargeAnswer);
  }
});

it.each([
  ['larger than allowed', {}, 11],
  ['far larger than allowed, if its end is wanted', { wantsEnd: true }, 81],
])('a body that says it is %s is not read', async (_what, wanted, length) => {
  await using upstream = await startRawUpstream((socket) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n`);
  });
  expect(await failureOf(upstream.url, wanted)).toMatchObject({ name: 'TooLargeAnswer', end: null });
});

it('the content encoding identity is none', async () => {
  await using upstream = await startUpstream((response) => {
    response.writeHead(200, { 'content-encoding': 'identity' });
    response.end('{}');
  });
  await using pool = createOne(upstream.url);
  expect((await attempt(pool, request, keep)).body).toBe('{}');
});

it('reports that it was not sent if its connections are closed', async () => {
  await using pool = createOne('http://127.0.0.1:1');
  await pool.destroy();
  const error = await attempt(pool, request, keep).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ name: 'NoAnswer', sent: false, cause: { code: 'UND_ERR_DESTROYED' } });
});

it.each([
  ['with its length', withLength, '11 bytes...'],
  ['in chunks', inChunks, '7 bytesand 4'],
])('the end of a response that is too large is read if it is wanted, sent %s', async (_how, script, end) => {
  await using upstream = await startUpstream(script);
  expect(await failureOf(upstream.url, { wantsEnd: true })).toMatchObject({ name: 'TooLargeAnswer', end });
  await using pool = createOne(upstream.url);
  const larger = { ...request, wantsEnd: true, maxBodyBytes: end.length };
  expect((await attempt(pool, larger, keep)).body).toBe(end);
});

it.each<readonly [string, string, Script]>([
  ['encoded', 'encoded', (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('x')],
  ['not UTF-8', 'UTF-8', (response) => response.end(Buffer.from([0xff]))],
])('a response that is %s is unusable, and its error says so', async (_what, words, script) => {
  await using upstream = await startUpstream(script);
  const error = await failureOf(upstream.url);
  expect(error).toMatchObject({ name: 'UnusableAnswer', message: expect.stringContaining(words) });
});

it('a thousand interim responses are skipped, and no more', async () => {
  const interim = 'HTTP/1.1 103 Early Hints\r\n\r\n';
  const last = 'HTTP/1.1 200 OK\r\nX-Last: yes\r\nContent-Length: 2\r\n\r\n{}';
  await using upstream = await startRawUpstream((socket) => socket.write(interim.repeat(1_000) + last));
  await using pool = createOne(upstream.url);
  const answer = await attempt(pool, request, keep);
  expect(answer).toMatchObject({ status: 200, body: '{}', headers: { 'x-last': 'yes' } });

  await using endless = await startRawUpstream((socket) => socket.write(interim.repeat(1_001) + last));
  const error = await failureOf(endless.url);
  expect(error).toMatchObject({ name: 'UnusableAnswer', message: expect.stringContaining('interim') });
});

it('a response that ends too early may have been received', async () => {
  await using upstream = await startRawUpstream((socket) => {
    socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nearly');
  });
  const error = await failureOf(upstream.url);
  expect(error).toBeInstanceOf(NoAnswer);
  expect(error).toMatchObject({ sent: true, message: expect.stringContaining('no answer'), cause: expect.any(Error) });
});

it('releases its connection once, even if it fails after its end', async () => {
  const { pool, connection, released, controller, handler } = createSilentPool();
  const answer = attempt(pool, request, keep);
  handler()?.onResponseStart?.(controller, 200, {}, 'OK');
  expect(released).toEqual([]);
  handler()?.onResponseEnd?.(controller, {});
  handler()?.onResponseError?.(controller, reason);
  expect(released).toEqual([connection]);
  expect(await answer).toMatchObject({ status: 200, body: '' });
});

function createOne(url: string): ConnectionPool & AsyncDisposable {
  return createPool(url, { connections: 1 });
}
