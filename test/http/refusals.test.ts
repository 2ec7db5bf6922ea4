import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import type { Environment } from '../../src/settings/parse-settings.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';
import { sendJson, startUpstream } from '../support/upstream.ts';

interface Row {
  readonly name: string;
  readonly status: number;
  /** The request line and the additional headers. */
  readonly lines: readonly string[];
  readonly body?: string;
  /** The fields of the log line. */
  readonly refused: object;
  readonly environment?: Environment;
  /** The number of requests that are answered differently first. */
  readonly after?: number;
}

const json = 'Content-Type: application/json';
const post = ['POST /graphql HTTP/1.1', json];
const atGraphql = { path: '/graphql' };

const rows: readonly Row[] = [
  { name: 'a body that is not JSON', status: 400, lines: post, body: '{', refused: atGraphql },
  { name: 'a body of another type', status: 400, lines: ['POST /graphql HTTP/1.1'], body: '{}', refused: atGraphql },
  { name: 'no operation', status: 400, lines: ['GET /graphql HTTP/1.1'], refused: atGraphql },
  { name: 'another path', status: 404, lines: ['GET /secret-path?token=secret HTTP/1.1'], refused: { method: 'GET' } },
  {
    name: 'another method',
    status: 405,
    lines: ['DELETE /graphql HTTP/1.1'],
    refused: { ...atGraphql, method: 'DELETE' },
  },
  {
    name: 'a mutation by GET',
    status: 405,
    lines: ['GET /graphql?query=mutation%7B__typename%7D HTTP/1.1'],
    refused: { ...atGraphql, method: 'GET', code: 'BAD_REQUEST' },
  },
  {
    name: 'a body that is too large',
    status: 413,
    lines: post,
    body: ' '.repeat(2_000),
    environment: { MAX_REQUEST_BYTES: '1024' },
    refused: { ...atGraphql, reason: 'The request body is larger than 1024 bytes.' },
  },
  {
    name: 'a body in another character set',
    status: 415,
    lines: ['POST /graphql HTTP/1.1', `${json}; charset=utf-16`],
    body: '{}',
    refused: atGraphql,
  },
  {
    name: 'a compressed body',
    status: 415,
    lines: [...post, 'Content-Encoding: gzip'],
    body: '{}',
    refused: { ...atGraphql, reason: 'The request body must not be compressed.' },
  },
  { name: 'an expectation', status: 417, lines: ['GET /graphql HTTP/1.1', 'Expect: a-miracle'], refused: {} },
  {
    name: 'too many requests from one address',
    status: 429,
    lines: ['GET /graphql?query=%7B__typename%7D HTTP/1.1'],
    environment: { RATE_LIMIT_PER_ADDRESS: '1' },
    after: 2,
    refused: { ...atGraphql, code: 'RATE_LIMITED', reason: 'rate of address' },
  },
  {
    name: 'too many concurrent operations',
    status: 503,
    lines: ['GET /graphql?query=%7B__typename%7D HTTP/1.1'],
    environment: { MAX_EVENT_LOOP_DELAY_MS: '10' },
    refused: { ...atGraphql, code: 'OVERLOADED', reason: 'event loop' },
  },
  {
    name: 'no room for bodies',
    status: 503,
    lines: post,
    body: ' '.repeat(20_000),
    environment: { MAX_RECEIVING_BYTES: '1024' },
    refused: { ...atGraphql, code: 'OVERLOADED', reason: 'bodies' },
  },
];

/** Blocks the event loop, so that its delay is high at the next check. */
function stall(): void {
  const until = performance.now() + 300;
  while (performance.now() < until);
}

async function send(gateway: Gateway, { lines, body = '' }: Row, headers: readonly string[]) {
  const { port, hostname } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  const head = [...lines, 'Host: gateway', `Content-Length: ${body.length}`, 'Connection: close', ...headers];
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  const [answered = '', ...rest] = (await text(socket)).split('\r\n\r\n');
  return { status: Number(answered.split(' ')[1]), head: answered, body: rest.join('\r\n\r\n') };
}

describe.each(rows)('$name', (row) => {
  it.each([
    [[], 'application/json; charset=utf-8'],
    [
      ['Accept: application/graphql-response+json, application/json;q=0.9'],
      'application/graphql-response+json; charset=utf-8',
    ],
  ])(
    `is refused with ${row.status}, in the type that the caller accepts, with a line in the log: %j`,
    async (accept, type) => {
      await using upstream = await startUpstream((response) => sendJson(response, 401, {}));
      await using gateway = await startGateway(upstream.url, row.environment);
      for (let count = 0; count < (row.after ?? 0); count++) await send(gateway, row, accept);
      if (row.environment?.['MAX_EVENT_LOOP_DELAY_MS']) {
        stall();
        // The delay is measured once a timer is late.
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      const answer = await send(gateway, row, [...accept, 'X-Request-Id: the-id', 'Origin: https://a.example']);
      expect(answer.status).toBe(row.status);
      const [error] = (JSON.parse(answer.body) as { errors: { message: string; extensions: object }[] }).errors;
      expect(error?.message).toMatch(/\S/);
      expect(error?.extensions).toMatchObject({ code: expect.stringMatching(/^[A-Z_]+$/), requestId: 'the-id' });
      const header = (name: string) => new RegExp(`^${name}: (.*)\\r?$`, 'im').exec(answer.head)?.[1];
      expect(header('content-type')).toBe(type);
      expect(header('cache-control')).toBe('private, no-store');
      expect(header('x-request-id')).toBe('the-id');
      expect(header('access-control-expose-headers')?.split(',')).toContain('Retry-After');
      if (row.status === 429 || row.status === 503) expect(header('retry-after')).toMatch(/^\d+$/);

      const lines = gateway.log.filter((line) => line.includes('"msg":"refused"'));
      const entry = JSON.parse(lines.at(-1) ?? '{}') as object;
      expect(entry).toMatchObject({ status: row.status, requestId: 'the-id', ...row.refused });
      expect(lines.join('')).not.toContain('secret');
      const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
      expect(metrics).toMatch(new RegExp(`^image_gateway_refused_requests_total\\{status="${row.status}"\\} \\d`, 'm'));
    },
  );
});

describe('an invalid request', () => {
  it.each([
    ['not HTTP', 'hello\r\n\r\n', 400],
    ['no host', 'GET /graphql HTTP/1.1\r\n\r\n', 400],
    ['headers that are too large', `GET / HTTP/1.1\r\nX-A: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
    ['incomplete headers', 'GET / HTTP/1.1\r\nHost: gate', 408],
    ['a tunnel', 'CONNECT a.example:80 HTTP/1.1\r\nHost: a.example\r\n\r\n', 405],
  ])('is refused, logged and not cacheable: %s', async (_name, bytes, status) => {
    await using upstream = await startUpstream((response) => sendJson(response, 401, {}));
    await using gateway = await startGateway(upstream.url, { HEADERS_TIMEOUT_MS: '150' });
    const { port, hostname } = new URL(gateway.url);
    const socket = connect(Number(port), hostname);
    socket.write(bytes);
    const answer = await text(socket);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toMatch(/^cache-control: private, no-store\r$/im);
    const lines = gateway.log.filter((line) => line.includes('"msg":"refused"'));
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { status, code: 'BAD_REQUEST', reason: expect.any(String) },
    ]);
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(metrics).toContain(`image_gateway_refused_requests_total{status="${status}"} 1`);
  });
});

it('a caller that goes away while sending its body counts as one refused request', async () => {
  await using upstream = await startUpstream((response) => sendJson(response, 401, {}));
  await using gateway = await startGateway(upstream.url);
  const { port, hostname } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  socket.write(`POST /graphql HTTP/1.1\r\nHost: a\r\n${json}\r\nContent-Length: 100\r\n\r\n{"query":`);
  const receiving = async () => /receiving_bytes (\d+)/.exec(await (await fetch(`${gateway.url}/metrics`)).text())?.[1];
  await expect.poll(receiving).toBe('9');
  socket.destroy();
  await expect.poll(receiving).toBe('0');
  expect(gateway.log.filter((line) => line.includes('refused')).length).toBeLessThanOrEqual(1);
});

describe('every answer of /graphql', () => {
  it.each<readonly [string, RequestInit & { readonly search?: string }, number]>([
    ['an operation', { method: 'POST', body: '{"query":"{ __typename }"}' }, 200],
    ['an operation by GET', { method: 'GET', search: '?query=%7B__typename%7D' }, 200],
    ['an operation that fails', { method: 'POST', body: '{"query":"{ images { nodes { id } } }"}' }, 200],
    ['a document with an error', { method: 'POST', body: '{"query":"{"}' }, 200],
    ['a limit', { method: 'POST', body: JSON.stringify({ query: `{ ${'a: __typename '.repeat(300)} }` }) }, 400],
    [
      'an unknown hash',
      {
        method: 'GET',
        search: `?extensions=${encodeURIComponent('{"persistedQuery":{"version":1,"sha256Hash":"a"}}')}`,
      },
      200,
    ],
    ['a page', { method: 'GET', headers: { accept: 'text/html' } }, 200],
    ['HEAD', { method: 'HEAD', search: '?query=%7B__typename%7D' }, 200],
    ['another method', { method: 'PUT' }, 405],
  ])('is not cacheable: %s', async (_name, { search = '', headers = {}, ...init }, status) => {
    await using upstream = await startUpstream((response) => sendJson(response, 401, {}));
    await using gateway = await startGateway(upstream.url);
    // The second execution is compiled.
    for (let round = 0; round < 3; round++) {
      const response = await fetch(`${gateway.url}/graphql${search}`, {
        ...init,
        headers: { 'content-type': 'application/json', 'x-auth-token': 't', ...headers },
      });
      expect(response.status).toBe(status);
      expect(response.headers.get('cache-control')).toBe('private, no-store');
    }
  });
});
