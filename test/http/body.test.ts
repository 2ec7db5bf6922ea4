import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { RequestError, readJson } from '../../src/http/body.ts';
import { startGateway } from '../support/gateway.ts';
import { listen, refusingUrl } from '../support/listen.ts';
import { rawRequest } from '../support/raw-request.ts';

const maxRequestBytes = 2048;

/** A gateway without an upstream; `__typename` needs none. */
async function startAlone() {
  const gateway = await startGateway(refusingUrl, { MAX_REQUEST_BYTES: String(maxRequestBytes) });
  return {
    gateway,
    async post(body: string | Uint8Array<ArrayBuffer>, headers: Readonly<Record<string, string>>) {
      const response = await fetch(`${gateway.url}/graphql`, { method: 'POST', body, headers });
      return { status: response.status, body: await response.json() };
    },
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
}

const good = JSON.stringify({ query: '{ __typename }' });
const answer = { data: { __typename: 'Query' } };

it.each([
  'application/json',
  'application/json;charset=utf-8',
  'application/json; charset=UTF-8',
  'application/json; charset="utf-8"',
  'Application/JSON ; charset=utf-8 ',
  'application/json; charset=utf8',
  'application/json; profile="https://example.com/a;charset=latin1"',
  'application/json; odata.metadata=minimal; charset=utf-8',
  'application/json;',
])('reads a body of the type %s', async (type) => {
  await using alone = await startAlone();
  expect(await alone.post(good, { 'content-type': type })).toEqual({ status: 200, body: answer });
});

it.each<readonly [string, string, number]>([
  ['', '', 400],
  ['text/plain', '', 400],
  ['application/x-www-form-urlencoded', '', 400],
  ['multipart/form-data; boundary=x', '', 400],
  ['application/graphql', '', 400],
  ['application/jsonp', '', 400],
  ['application/json, text/plain', '', 400],
  ['application/json; charset=latin1', '', 415],
  ['application/json', 'gzip', 415],
  ['application/json', 'identity, br', 415],
])('refuses a body of the type "%s", encoded "%s", with %i', async (type, encoding, expected) => {
  await using alone = await startAlone();
  const { status, body } = await alone.post(Buffer.from(good), {
    ...(type && { 'content-type': type }),
    ...(encoding && { 'content-encoding': encoding }),
  });
  expect(status).toBe(expected);
  expect(body).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST', requestId: expect.any(String) } }] });
});

it.each(['identity', 'Identity', 'identity, identity'])('reads a body with the encoding "%s"', async (encoding) => {
  await using alone = await startAlone();
  const headers = { 'content-type': 'application/json', 'content-encoding': encoding };
  expect(await alone.post(good, headers)).toEqual({ status: 200, body: answer });
});

it('skips a byte order mark before a body', async () => {
  await using alone = await startAlone();
  const headers = { 'content-type': 'application/json' };
  expect(await alone.post(`\ufeff${good}`, headers)).toEqual({ status: 200, body: answer });
  expect(await alone.post(Buffer.from([0xef, 0xbb, 0xbf]), headers)).toMatchObject({ status: 400 });
});

it.each([
  ['not JSON', Buffer.from('{')],
  ['empty', Buffer.from('')],
  ['not UTF-8', Buffer.from([0x22, 0xff, 0x22])],
  ['not a request', Buffer.from('[]')],
  ['a string', Buffer.from('"text"')],
  ['null', Buffer.from('null')],
  ['without a query', Buffer.from('{}')],
  ['with a query that is not a string', Buffer.from('{"query": 1}')],
  ['with variables that are not an object', Buffer.from('{"query": "{ __typename }", "variables": "x"}')],
])('refuses a body that is %s with 400', async (_name, bytes) => {
  await using alone = await startAlone();
  const { status, body } = await alone.post(bytes, { 'content-type': 'application/json' });
  expect(status).toBe(400);
  expect(body).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST', requestId: expect.any(String) } }] });
  expect(alone.gateway.log.filter((line) => line.includes('defect'))).toEqual([]);
});

it.each([
  ['with its length', false],
  ['in chunks', true],
])('accepts a body up to the limit and no larger, sent %s', async (_name, chunked) => {
  await using alone = await startAlone();
  const send = async (size: number) => {
    const bytes = Buffer.from(good.padEnd(size));
    const response = await fetch(`${alone.gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      ...(chunked ? { body: new Blob([bytes]).stream(), duplex: 'half' } : { body: bytes }),
    });
    return { status: response.status, body: await response.json() };
  };
  expect(await send(maxRequestBytes)).toEqual({ status: 200, body: answer });
  expect(await send(maxRequestBytes + 1)).toMatchObject({
    status: 413,
    body: { errors: [{ extensions: { code: 'BAD_REQUEST' } }] },
  });
});

it('refuses a body that is far too large before it is sent, and closes the connection', async () => {
  await using alone = await startAlone();
  const received = await rawRequest(
    alone.gateway.url,
    'POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1000000000\r\n\r\n{',
  );
  expect(received).toMatch(/^HTTP\/1\.1 413 /);
  expect(received).toMatch(/^connection: close\r$/im);
});

it('does not treat a truncated body as a defect, and keeps serving other callers', async () => {
  const outcomes: unknown[] = [];
  let held = 0;
  const reception = {
    receive(bytes: number) {
      held += bytes;
      return null;
    },
    release(bytes: number) {
      held -= bytes;
    },
  };
  const server = createServer((request) => {
    readJson(request, 100, reception).then(
      (body) => outcomes.push(body),
      (error: unknown) => outcomes.push(error),
    );
  });
  await using listening = await listen(server);
  const socket = connect(Number(new URL(listening.url).port), '127.0.0.1');
  socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{"a":');
  const [request] = (await once(server, 'request')) as [IncomingMessage];
  const closed = new Promise<void>((resolve) => request.once('close', resolve));
  socket.destroy();
  await closed;
  await new Promise((resolve) => setImmediate(resolve));
  expect(outcomes).toHaveLength(1);
  expect(outcomes[0]).toBeInstanceOf(RequestError);
  expect(held).toBe(0);

  await using alone = await startAlone();
  const gone = connect(Number(new URL(alone.gateway.url).port), '127.0.0.1');
  await new Promise<void>((resolve) => {
    gone.write(
      'POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{"a":',
      () => resolve(),
    );
  });
  gone.destroy();
  expect(await alone.post(good, { 'content-type': 'application/json' })).toEqual({ status: 200, body: answer });
  expect(alone.gateway.log.filter((line) => line.includes('defect'))).toEqual([]);
});
