import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { healthy, imageId, startFaultUpstream } from '../faults/fault-upstream.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';

/** A request to `/graphql`: a `POST` of this body, or a `GET` with this query of the URL. */
interface Sent {
  readonly body?: unknown;
  readonly search?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** @returns status, headers, body and log lines, without times and the execution field. */
async function ask({ url, log }: Gateway, { body, search = '', headers }: Sent): Promise<object> {
  const method = search === '' ? 'POST' : 'GET';
  const logged = log.length;
  const sent = request(`${url}/graphql${search}`, {
    method,
    headers: {
      'x-auth-token': 'token',
      'x-request-id': 'the-id',
      ...(method === 'POST' && { 'content-type': 'application/json' }),
      ...headers,
    },
  });
  // Otherwise `fetch` sets a default Accept header.
  const answer = await new Promise<object>((resolve, reject) => {
    sent.on('error', reject);
    sent.on('response', async (response) => {
      const { date: _date, ...received } = response.headers;
      resolve({ status: response.statusCode, received, text: await text(response) });
    });
    sent.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  const lines = log.slice(logged).map((line) => {
    const { time: _time, durationMs: _ms, execution: _way, ...told } = JSON.parse(line) as Record<string, unknown>;
    return JSON.stringify(told);
  });
  return { ...answer, lines: lines.sort() };
}

const query = `{ image(id: "${imageId}") { id name } }`;
const sha256Hash = createHash('sha256').update(query).digest('hex');
const persistedQuery = { version: 1, sha256Hash };
const several = 'query A { __typename } query B($id: ID!) { image(id: $id) { id } } mutation C { __typename }';
const entities =
  'query ($r: [_Any!]!) { _entities(representations: $r) { __typename ... on Image { name } ... on ImageMember { status } } }';

const toBody = (body: unknown): Sent => ({ body });
const toQuery = (document: string): Sent => ({ body: { query: document } });

const requests: Readonly<Record<string, readonly Sent[]>> = {
  'any Accept': [
    undefined,
    ...['', '*/*', '*/*;q=0', 'application/json', 'application/graphql-response+json', 'application/*', 'text/html'],
    ...['application/json;q=0.1, application/graphql-response+json;q=0.9', 'APPLICATION/JSON', 'x/y', ','],
    ...['application/graphql-response+json; charset=utf-8', 'multipart/mixed; deferSpec=20220824', 'a'.repeat(400)],
  ].flatMap((accept) =>
    [query, '{ nothing }'].map((document) => ({
      ...toQuery(document),
      ...(accept !== undefined && { headers: { accept } }),
    })),
  ),
  'persisted documents, known and unknown': [
    { extensions: { persistedQuery } },
    { query, extensions: { persistedQuery } },
    { extensions: { persistedQuery } },
    { query: '', extensions: { persistedQuery } },
    { query: null, extensions: { persistedQuery } },
    { extensions: { persistedQuery: { version: 2, sha256Hash } } },
    { query, extensions: { persistedQuery: { version: 2, sha256Hash } } },
    { query, extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } },
    { extensions: { persistedQuery: { version: 1, sha256Hash: '__proto__' } } },
    { extensions: { persistedQuery: { version: 1 } } },
    { documentId: sha256Hash },
    { documentId: sha256Hash, query },
    { documentId: 'x', extensions: { persistedQuery } },
    { documentId: sha256Hash, extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } },
    { doc_id: sha256Hash, extensions: { persistedQuery: { version: 1, sha256Hash: 7 } } },
    ...[null, 0, 'x', []].map((odd) => ({ query, extensions: { persistedQuery: odd } })),
  ].map(toBody),
  'operation names': [undefined, '', null, 'A', 'B', 'C', 'D', '__proto__', 'constructor', 0, false, [], {}]
    .flatMap((operationName) => [several, query].map((document) => ({ query: document, operationName })))
    .map((body) => ({ body: { ...body, variables: { id: imageId } } })),
  'any variables': [undefined, null, [], {}, 'x', 0, false, '', { id: imageId, more: 1 }, { id: null }, { id: 5 }]
    .flatMap((variables) =>
      ['query ($id: ID!) { image(id: $id) { id } }', query].map((it) => ({ query: it, variables })),
    )
    .map(toBody),
  'any body': [
    ...['[]', '[{"query":"{__typename}"}]', '""', 'null', '1', '', '{}', '{"query":["{__typename}"]}'],
    ...['""', '[]', 'null', '0', '{}', '{"__proto__":{"persistedQuery":{"version":1,"sha256Hash":"x"}}}'].map(
      (extensions) => `{"query":"{__typename}","extensions":${extensions}}`,
    ),
    '{"query":"query ($id: ID = \\"x\\") { image(id: $id) { id } }","variables":{"__proto__":{"id":"y"}}}',
    '{"__proto__":{"query":"{__typename}"}}',
    '{"query":"{__typename}","query":"{ a: __typename }"}',
  ].map(toBody),
  'names with a meaning in JavaScript': [
    '{ a: __typename __proto__: __typename class: __typename __context: __typename }',
    `{ __proto__: image(id: "${imageId}") { id __proto__: name constructor: name __currentItem: status } }`,
    'query ($constructor: String, $toString: Int) { images(after: $constructor, first: $toString) { nodes { id } } }',
    'query ($__proto__: Int = 1) { images(first: $__proto__) { nodes { id } } }',
    'query ($__proto__: Boolean = true) { __typename @include(if: $__proto__) a: __typename }',
    'query __proto__ { __typename }',
    `{ _entities(representations: [{ __typename: "Image", id: "${imageId}", __proto__: { a: 1 } }]) { __typename } }`,
  ].map(toQuery),
  'requests that are not executed, or executed differently': [
    ...['{', '', ' ', 'fragment F on Query { __typename }', 'subscription { a }', '{ ... @defer { __typename } }'],
    ...['{ __schema { queryType { name } } }', '{ __type(name: "Image") { name } }', '{ _service { sdl } }'],
    `query ($no: Boolean = false) { a: image(id: "${imageId}") { ...F @include(if: $no) } b: image(id: "${imageId}") { ...F } }
     fragment F on Image { name }`,
    ...['{ __typename @skip(if: true) }', `{ image(id: "..") { id members { id } } }`],
  ].map(toQuery),
  'representations of entities': [
    ...[undefined, null, [], 'x', [null], { __typename: 'Image', id: imageId }, [{ __typename: 'Image', id: imageId }]],
    ...['__proto__', 'constructor', 'Query', 'MemberStatus'].map((name) => [{ __typename: name }]),
    Array<unknown>(1001).fill({ __typename: 'Image', id: '..' }),
  ].flatMap((r) =>
    [{}, { 'x-router-secret': 'the-secret-of-the-router' }].map((headers) => ({
      body: { query: entities, variables: { r } },
      headers,
    })),
  ),
  'GET and POST': ['{ __typename }', '{ nothing }', 'mutation { __typename }'].flatMap((document) => [
    { search: `?query=${encodeURIComponent(document)}` },
    toQuery(document),
    { search: `?query=${encodeURIComponent(document)}&operationName=` },
  ]),
};

describe.each([{ settings: {} }, { settings: { NODE_ENV: 'production', ROUTER_SECRET: 'the-secret-of-the-router' } }])(
  'with $settings',
  ({ settings }) => {
    it.each(Object.entries(requests))(
      '%s: the answer and the log match those of Apollo Server, the first time and every time after',
      async (_name, sent) => {
        await using upstream = await startFaultUpstream((socket, received) => void socket.write(healthy(received)));
        await using gateway = await startGateway(upstream.url, settings);
        await using reference = await startGateway(upstream.url, { ...settings, DIRECT_EXECUTION: 'false' });
        for (let round = 1; round <= 3; round++) {
          for (const one of sent) {
            const expected = await ask(reference, one);
            expect(await ask(gateway, one), `${JSON.stringify(one).slice(0, 300)}, time ${round}`).toEqual(expected);
          }
        }
      },
    );
  },
);
