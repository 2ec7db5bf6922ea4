import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { hasLongRest, type Reception, RequestError, readJson } from '../../src/http/body.ts';
import { onClose } from '../../src/http/graphql.ts';
import { listen } from '../support/listen.ts';
import { rawRequest } from '../support/raw-request.ts';

const maxBytes = 20;

/** A reception that has room for this many bytes of all bodies together. */
function createReception(room = 1_000) {
  const seen: (readonly [bytes: number, size: number])[] = [];
  let held = 0;
  const reception: Reception = {
    receive(bytes, size) {
      seen.push([bytes, size]);
      if (held + bytes > room) return new RequestError(503, 'no room', { reason: 'bodies' });
      held += bytes;
      return null;
    },
    release(bytes) {
      held -= bytes;
    },
  };
  return { reception, seen, held: () => held };
}

/** A server that reads bodies as JSON and answers each request with what it read. */
async function startReader(reception: Reception) {
  const outcomes: unknown[] = [];
  const requests: IncomingMessage[] = [];
  const server = createServer(async (request, response) => {
    requests.push(request);
    outcomes.push(await readJson(request, maxBytes, reception).catch((error: unknown) => error));
    response.end();
  });
  return { ...(await listen(server)), outcomes, requests };
}

/** What is read from this body. */
async function read(
  body: string | Uint8Array<ArrayBuffer>,
  headers: Readonly<Record<string, string>> = {},
  { reception } = createReception(),
) {
  await using reader = await startReader(reception);
  const sent = { 'content-type': 'application/json', ...headers };
  await fetch(reader.url, { method: 'POST', body, headers: sent });
  return reader.outcomes[0];
}

const head = 'POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\n';
/** A chunk of a body sent with `Transfer-Encoding: chunked`. */
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;

describe('the content encoding of a body', () => {
  it.each(['identity', 'IDENTITY', ' identity , identity ', 'identity,', ','])(
    'is none if it is "%s"',
    async (coding) => {
      expect(await read('{"a": 1}', { 'content-encoding': coding })).toEqual({ a: 1 });
    },
  );

  it.each(['gzip', 'identity, gzip', 'gzip, identity', 'xidentity', 'identityx', 'identity identity'])(
    'must not be "%s"',
    async (coding) => {
      const refusal = await read('{"a": 1}', { 'content-encoding': coding });
      expect(refusal).toMatchObject({ details: { status: 415 }, message: expect.stringContaining('compressed') });
    },
  );
});

it.each<readonly [string, string | Uint8Array<ArrayBuffer>, Readonly<Record<string, string>>, number, string]>([
  ['another character set', '{}', { 'content-type': 'application/json; charset=latin1' }, 415, 'UTF-8'],
  ['bytes that are no text', Buffer.from([0x22, 0xff, 0x22]), {}, 400, 'not UTF-8'],
  ['half an object', '{"a":', {}, 400, 'JSON'],
  ['too many bytes', '"more than twenty bytes"', {}, 413, '20 bytes'],
])('the refusal of %s says what is wrong', async (_what, body, headers, status, words) => {
  const refusal = await read(body, headers);
  expect(refusal).toBeInstanceOf(RequestError);
  expect(refusal).toMatchObject({
    name: 'RequestError',
    code: 'BAD_REQUEST',
    message: expect.stringContaining(words),
    details: { status },
  });
});

it.each([
  'application/json',
  'Application/JSON',
  'application/json; charset=utf-8',
  'application/json; charset="UTF8"',
])('a body of the type %s is read, without a byte order mark', async (type) => {
  expect(await read('\ufeff{"a": 1}', { 'content-type': type })).toEqual({ a: 1 });
  expect(await read('\ufeff\ufeff1', { 'content-type': type })).toMatchObject({ details: { status: 400 } });
});

it('a body without a type is not read', async () => {
  const kept = createReception();
  await using reader = await startReader(kept.reception);
  await rawRequest(reader.url, 'POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}');
  expect(reader.outcomes).toEqual([undefined]);
  expect(kept.seen).toEqual([]);
});

it.each(['text/plain', 'application/jsonp', 'multipart/form-data; boundary=x'])(
  'a body of the type %s is not read',
  async (type) => {
    const kept = createReception();
    expect(await read('{"a": 1}', { 'content-type': type }, kept)).toBeUndefined();
    expect(kept.seen).toEqual([]);
  },
);

describe('a body that has already arrived when it is read', () => {
  /** What is read from this request once all of it has arrived, or its connection has been closed as well. */
  async function readLate(rest: string, { event = 'arrived', room = 1_000 } = {}) {
    const kept = createReception(room);
    const outcomes: unknown[] = [];
    const listeners: number[] = [];
    const server = createServer(async (request, response) => {
      await vi.waitUntil(() => request.complete, { timeout: 20_000, interval: 1 });
      if (event === 'closed') request.destroy();
      const reading = readJson(request, maxBytes, kept.reception).catch((error: unknown) => error);
      listeners.push(request.listenerCount('data'));
      outcomes.push(await reading);
      response.end();
    });
    await using listening = await listen(server);
    await rawRequest(listening.url, head + rest).catch(() => '');
    return { outcomes, listeners, seen: kept.seen, held: kept.held() };
  }

  it.each([
    ['in one piece', 'Content-Length: 20\r\n\r\n"eighteen letters.."'],
    ['in chunks', `Transfer-Encoding: chunked\r\n\r\n${['"eighteen', ' letters.."'].map(chunk).join('')}0\r\n\r\n`],
  ])('is read immediately if it came %s, and takes up no room afterwards', async (_how, rest) => {
    const expected = { outcomes: ['eighteen letters..'], listeners: [0], seen: [[20, 20]], held: 0 };
    expect(await readLate(rest)).toEqual(expected);
  });

  it.each([
    ['is empty', 'Content-Length: 0\r\n\r\n', 400, 'Invalid JSON'],
    ['is too large', 'Content-Length: 21\r\n\r\n"nineteen letters..."', 413, 'larger than 20 bytes'],
    [
      'is too large in its chunks',
      `Transfer-Encoding: chunked\r\n\r\n${chunk('"nineteen letters..."')}0\r\n\r\n`,
      413,
      'larger than 20 bytes',
    ],
  ])('is refused if it %s', async (_what, rest, status, words) => {
    const { outcomes, held } = await readLate(rest);
    expect(outcomes).toMatchObject([{ message: expect.stringContaining(words), details: { status } }]);
    expect(held).toBe(0);
  });

  it('is refused if there is no room for it', async () => {
    const { outcomes, held } = await readLate('Content-Length: 2\r\n\r\n{}', { room: 1 });
    expect(outcomes).toMatchObject([{ message: 'no room', details: { status: 503 } }]);
    expect(held).toBe(0);
  });

  it('is not read for a caller that has disconnected', async () => {
    const { outcomes } = await readLate('Content-Length: 2\r\n\r\n{}', { event: 'closed' });
    expect(outcomes).toMatchObject([{ message: 'The request body is incomplete.' }]);
  });
});

describe('the room for all bodies', () => {
  it('is taken chunk by chunk, and is free again when the body has been read', async () => {
    const kept = createReception();
    await using reader = await startReader(kept.reception);
    const chunks = ['{"a":', '1}'].map(chunk).join('');
    await rawRequest(reader.url, `${head}Transfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`);
    expect(reader.outcomes).toEqual([{ a: 1 }]);
    expect(kept.seen).toEqual([
      [5, 5],
      [2, 7],
    ]);
    expect(kept.held()).toBe(0);
  });

  it('is not taken by a body that says it is too large, however much of it has arrived', async () => {
    const kept = createReception();
    await using reader = await startReader(kept.reception);
    await rawRequest(reader.url, `${head}Content-Length: 21\r\n\r\n"more`);
    expect(reader.outcomes).toMatchObject([{ details: { status: 413 } }]);
    expect(kept.seen).toEqual([]);
    expect(kept.held()).toBe(0);
  });

  it('is free again when a body turns out to be too large, and the rest of it takes none', async () => {
    const kept = createReception();
    await using reader = await startReader(kept.reception);
    const chunks = ['"ten bytes', ' and elev..', 'more', '"'].map(chunk).join('');
    await rawRequest(reader.url, `${head}Transfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`);
    expect(reader.outcomes).toMatchObject([{ details: { status: 413 } }]);
    expect(kept.seen).toEqual([[10, 10]]);
    expect(kept.held()).toBe(0);
  });

  it('suffices for a body of exactly the allowed size', async () => {
    const kept = createReception();
    await using reader = await startReader(kept.reception);
    const chunks = ['"ten bytes', ' and ten."'].map(chunk).join('');
    await rawRequest(reader.url, `${head}Transfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`);
    expect(reader.outcomes).toEqual(['ten bytes and ten.']);
    expect(await read(Buffer.from('"ten bytes and ten."'))).toBe('ten bytes and ten.');
  });

  it('is refused with the reason of the gate, and what the body took is free again', async () => {
    const kept = createReception(6);
    await using reader = await startReader(kept.reception);
    const chunks = ['{"a":', '[1,', '2', ']}'].map(chunk).join('');
    await rawRequest(reader.url, `${head}Transfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`);
    expect(reader.outcomes).toMatchObject([{ details: { status: 503 }, reason: 'bodies', message: 'no room' }]);
    expect(kept.seen).toEqual([
      [5, 5],
      [3, 8],
    ]);
    expect(kept.held()).toBe(0);
  });
});

it('a body that is cut off is refused as incomplete', async () => {
  const kept = createReception();
  await using reader = await startReader(kept.reception);
  const cutOff = rawRequest(reader.url, `${head}Content-Length: 9\r\n\r\n{"a":`);
  await expect.poll(() => kept.seen, { interval: 1 }).toEqual([[5, 5]]);
  reader.requests[0]?.socket.destroy();
  await cutOff.catch(() => {});
  await expect
    .poll(() => reader.outcomes, { interval: 1 })
    .toMatchObject([{ details: { status: 400 }, message: expect.stringContaining('incomplete') }]);
  expect(kept.held()).toBe(0);
});

it.each<readonly [boolean, boolean, Readonly<Record<string, string>>]>([
  [false, true, { 'transfer-encoding': 'chunked' }],
  [false, true, { 'content-length': '1000000' }],
  [true, false, { 'transfer-encoding': 'chunked' }],
  [true, false, { 'content-length': '65537' }],
  [false, false, { 'content-length': '65536' }],
  [false, false, {}],
])('it is %j that a long rest follows if the request is complete: %j, with %j', (expected, complete, headers) => {
  expect(hasLongRest({ complete, headers })).toBe(expected);
});

it('a refused request has a status, a code, and if known the time to wait and a reason for the log', () => {
  expect(new RequestError(400, 'no')).toMatchObject({
    code: 'BAD_REQUEST',
    details: { status: 400 },
    reason: undefined,
  });
  const refusal = new RequestError(503, 'no', { code: 'OVERLOADED', retryAfter: 2, reason: 'memory' });
  expect(refusal).toMatchObject({ code: 'OVERLOADED', message: 'no', details: { retryAfter: 2 }, reason: 'memory' });
});

it('refuses the body of a caller that has disconnected before it is read', async () => {
  const server = createServer();
  await using listening = await listen(server);
  const socket = connect(Number(new URL(listening.url).port), '127.0.0.1');
  socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{"a":');
  const [request, response] = (await once(server, 'request')) as [IncomingMessage, ServerResponse];
  const closed = new Promise<void>((resolve) => response.once('close', resolve));
  socket.destroy();
  await closed;
  await expect(readJson(request, 100, createReception().reception)).rejects.toThrow(
    new RequestError(400, 'The request body is incomplete.'),
  );
  const isClosed = vi.fn();
  onClose(response, isClosed);
  expect(isClosed).toHaveBeenCalledOnce();
});
