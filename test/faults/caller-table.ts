import type { Environment } from '../../src/settings/parse-settings.ts';
import { canarySecret, canaryToken, imageId } from './fault-upstream.ts';

/** A request, byte for byte, and its expected result. */
export interface CallerRow {
  readonly name: string;
  /** The request. A `…` stands for a pause during which the caller sends nothing. */
  readonly bytes: string;
  /** The status of the answer; null if the connection is closed without one. */
  readonly status: number | null;
  /** The code of the one error; null for none. */
  readonly code: string | null;
  /** The number of upstream calls. */
  readonly calls: number;
  readonly environment?: Environment;
  readonly withinMs?: number;
}

const token = `X-Auth-Token: ${canaryToken}`;
const secret = `X-Router-Secret: ${canarySecret}`;
const type = 'Content-Type: application/json';

/** A request with this body; `headers` are added to the usual ones. */
function post(body: string, headers: readonly string[] = [token], length = Buffer.byteLength(body)): string {
  const lines = ['POST /graphql HTTP/1.1', 'Host: gateway', type, secret, `Content-Length: ${length}`, ...headers];
  // The rows are sent as Latin-1, so that they can contain any byte.
  return `${lines.join('\r\n')}\r\nConnection: close\r\n\r\n${Buffer.from(body).toString('latin1')}`;
}

function get(target: string, headers: readonly string[] = [token], method = 'GET'): string {
  return `${method} ${target} HTTP/1.1\r\n${['Host: gateway', ...headers].join('\r\n')}\r\nConnection: close\r\n\r\n`;
}

function ask(query: string, rest: object = {}): string {
  return JSON.stringify({ query, ...rest });
}

function times(count: number, text: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => text(index)).join(' ');
}

const image = ask(`{ image(id: "${imageId}") { name } }`);
const wide = 'first: 1000';

function row(name: string, bytes: string, status: number | null, code: string | null, calls = 0): CallerRow {
  return { name, bytes, status, code, calls };
}

/** An id that cannot be a path segment, on every field that accepts an id. */
function badId(name: string, id: string): CallerRow {
  const query = 'query ($id: ID!) { image(id: $id) { name } }';
  return row(`an id: ${name}`, post(ask(query, { variables: { id } })), 200, 'BAD_USER_INPUT');
}

function bomb(name: string, query: string): CallerRow {
  return row(`an excessive document: ${name}`, post(ask(query)), 400, 'LIMIT_EXCEEDED');
}

export const callerTable: readonly CallerRow[] = [
  row('a plain operation', post(image), 200, null, 1),
  row('a plain operation by GET', get(`/graphql?query=${encodeURIComponent('{ __typename }')}`), 200, null),
  row('no body', post(''), 400, 'BAD_REQUEST'),
  row('a body that is not JSON', post('{"query": '), 400, 'BAD_REQUEST'),
  row('a body that is not UTF-8', post('{"query": "').replace('query', 'quer\xff'), 400, 'BAD_REQUEST'),
  row('a body of another type', post(image).replace('application/json', 'text/plain'), 400, 'BAD_REQUEST'),
  row('a body without a type', post(image).replace(`${type}\r\n`, ''), 400, 'BAD_REQUEST'),
  row(
    'a body in another encoding',
    post(image).replace('application/json', 'application/json; charset=utf-16'),
    415,
    'BAD_REQUEST',
  ),
  row(
    'a form',
    post('query=%7B__typename%7D').replace('application/json', 'application/x-www-form-urlencoded'),
    400,
    'BAD_REQUEST',
  ),
  row(
    'a body with other parameters in its type',
    post(image).replace('application/json', 'application/json; profile="a;charset=latin1"; charset="UTF-8"'),
    200,
    null,
    1,
  ),
  row('a body with a byte order mark', post(`\ufeff${image}`), 200, null, 1),
  row('a body with two byte order marks', post(`\ufeff\ufeff${image}`), 400, 'BAD_REQUEST'),
  row('a body with the encoding identity', post(image, [token, 'Content-Encoding: Identity']), 200, null, 1),
  row('a body with two encodings', post(image, [token, 'Content-Encoding: identity, gzip']), 415, 'BAD_REQUEST'),
  row('a compressed body', post(image, [token, 'Content-Encoding: gzip']), 415, 'BAD_REQUEST'),
  row('a body with a length that is too large', post(image, [token], 100_001), 413, 'BAD_REQUEST'),
  row(
    'a body that is too large, in chunks',
    post('', [token, 'Transfer-Encoding: chunked']).replace('Content-Length: 0\r\n', '') +
      `20000\r\n${' '.repeat(0x20000)}\r\n0\r\n\r\n`,
    413,
    'BAD_REQUEST',
  ),
  {
    ...row('a body that exceeds the memory for bodies', post(image.padEnd(50_000)), 503, 'OVERLOADED'),
    environment: { MAX_RECEIVING_BYTES: '20000' },
  },
  row(
    'a body in chunks of one byte',
    `${post('', [token, 'Transfer-Encoding: chunked']).replace('Content-Length: 0\r\n', '')}${[...image].map((character) => `1\r\n${character}\r\n`).join('')}0\r\n\r\n`,
    200,
    null,
    1,
  ),
  row('a batch', post(`[${image},${image}]`), 400, 'BAD_REQUEST'),
  row('an empty batch', post('[]'), 400, 'BAD_REQUEST'),
  row('a body of null', post('null'), 400, 'BAD_REQUEST'),
  row('a body nested 10,000 deep', post(`${'['.repeat(10_000)}${']'.repeat(10_000)}`), 400, 'BAD_REQUEST'),
  row('a query that is a number', post('{"query": 1}'), 400, 'BAD_REQUEST'),
  row('a query that is a list', post('{"query": ["{ __typename }"]}'), 400, 'BAD_REQUEST'),
  row('variables that are a string', post('{"query": "{ __typename }", "variables": "{}"}'), 400, 'BAD_REQUEST'),
  row(
    'variables nested 10,000 deep',
    post(`{"query": "{ __typename }", "variables": {"a": ${'['.repeat(10_000)}${']'.repeat(10_000)}}}`),
    200,
    null,
  ),
  row('__proto__ in the body', post(`{"query": "{ __typename }", "__proto__": {"query": "x"}}`), 200, null),
  row(
    '__proto__ in variables',
    post('{"query": "{ __typename }", "variables": {"__proto__": {"a": 1}, "constructor": 1}}'),
    200,
    null,
  ),
  row(
    'an operation that does not exist',
    post(ask('query A { __typename }', { operationName: 'B' })),
    200,
    'OPERATION_RESOLUTION_FAILURE',
  ),
  row('a document with an error', post(ask('{ image(')), 200, 'GRAPHQL_PARSE_FAILED'),
  row('a field that is not there', post(ask('{ imag { id } }')), 200, 'GRAPHQL_VALIDATION_FAILED'),
  row(
    'an unknown hash',
    post('{"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "abc"}}}'),
    200,
    'PERSISTED_QUERY_NOT_FOUND',
  ),
  row(
    'a mutation by GET',
    get(
      `/graphql?query=${encodeURIComponent('mutation { deleteImageMember(input: {imageId: "a", memberId: "b"}) { deletedImageMemberId } }')}`,
    ),
    405,
    'BAD_REQUEST',
  ),
  row('another method', get('/graphql', [token], 'DELETE'), 405, 'BAD_REQUEST'),
  row('the method TRACE', get('/graphql', [token], 'TRACE'), 405, 'BAD_REQUEST'),
  row('a tunnel', get('192.0.2.1:80', [token], 'CONNECT'), 405, 'BAD_REQUEST'),
  row('an upgrade', post(image, [token, 'Upgrade: websocket', 'Connection: upgrade']), 200, null, 1),
  row('another path', get('/graphql/../admin'), 404, 'BAD_REQUEST'),
  row('a path that is the name of an inherited property', get('/__proto__'), 404, 'BAD_REQUEST'),
  row(
    'a whole URL as the target',
    get(`http://192.0.2.1/graphql?query=${encodeURIComponent('{ __typename }')}`),
    200,
    null,
  ),
  row('a target without a path', get('*'), 400, 'BAD_REQUEST'),
  row('an expectation that cannot be met', post(image, [token, 'Expect: a-miracle']), 417, 'BAD_REQUEST'),
  row('no host', post(image).replace('Host: gateway\r\n', ''), 400, 'BAD_REQUEST'),
  row('no HTTP', `\x16\x03\x01\x02\x00${canaryToken}\r\n\r\n`, 400, 'BAD_REQUEST'),
  row('two lengths', post(image, [token, 'Content-Length: 5']), 400, 'BAD_REQUEST'),
  row('a length and chunks', post(image, [token, 'Transfer-Encoding: chunked']), 400, 'BAD_REQUEST'),
  row(
    'malformed chunks',
    `${post('', [token, 'Transfer-Encoding: chunked']).replace('Content-Length: 0\r\n', '')}zz\r\n`,
    400,
    'BAD_REQUEST',
  ),
  row('a header over two lines', post(image, [token, 'X-A: a\r\n b']), 400, 'BAD_REQUEST'),
  row('a header with a NUL', post(image, [token, 'X-A: a\0b']), 400, 'BAD_REQUEST'),
  row('headers that are too large', post(image, [token, `X-A: ${'a'.repeat(20_000)}`]), 431, 'BAD_REQUEST'),
  row('the token twice', post(image, [token, token]), 200, 'UNAUTHENTICATED'),
  row('two different tokens', post(image, [token, 'Authorization: Bearer other']), 200, 'UNAUTHENTICATED'),
  row('the same token in both headers', post(image, [token, `Authorization: Bearer ${canaryToken}`]), 200, null, 1),
  row('the token as a bearer token', post(image, [`Authorization: Bearer ${canaryToken}`]), 200, null, 1),
  row(
    'the token with a user and password',
    post(image, [`Authorization: Basic ${canaryToken}`]),
    200,
    'UNAUTHENTICATED',
  ),
  row(
    'the token in the query',
    get(`/graphql?token=${canaryToken}&query=${encodeURIComponent('{ image(id: "1") { name } }')}`, []),
    200,
    'UNAUTHENTICATED',
  ),
  row('no token', post(image, []), 200, 'UNAUTHENTICATED'),
  row('an empty token', post(image, ['X-Auth-Token: ']), 200, 'UNAUTHENTICATED'),
  row(
    'a request id that Glance rejects',
    post(image, [token, `X-Openstack-Request-Id: ${'a'.repeat(65)}`]),
    200,
    null,
    1,
  ),
  row('a request id with markup', post(image, [token, 'X-Request-Id: <script>']), 200, null, 1),
  row(
    'identity headers',
    post(image, [token, 'X-Project-Id: admin', 'X-Roles: admin', 'X-Identity-Status: Confirmed']),
    200,
    null,
    1,
  ),
  row('a malformed trace header', post(image, [token, 'Traceparent: 00-zz-zz-zz']), 200, null, 1),
  row(
    'a client with a name of 10,000 characters',
    post(image, [token, `Apollographql-Client-Name: ${'a'.repeat(10_000)}`]),
    200,
    null,
    1,
  ),
  badId('empty', ''),
  badId('a dot', '.'),
  badId('two dots', '..'),
  badId('a slash', `${imageId}/members`),
  badId('a NUL', 'a\0b'),
  badId('a line feed', 'a\nb'),
  badId('a lone surrogate', '\ud800'),
  badId('256 characters', 'a'.repeat(256)),
  ...['%2e%2e', '%2F', 'a?b=c', 'a#b', 'a;b', 'a\\b', ' '].map((id) =>
    row(
      `an id that is taken by its letters: ${id}`,
      post(ask('query ($id: ID!) { image(id: $id) { __typename } }', { variables: { id } })),
      200,
      null,
      1,
    ),
  ),
  bomb('5,000 aliases', `{ ${times(5_000, (i) => `a${i}: __typename`)} }`),
  bomb('101 aliases of one field', `{ ${times(101, (i) => `a${i}: __typename`)} }`),
  bomb('3,000 levels', `${'{ a '.repeat(3_000)}${'}'.repeat(3_000)}`),
  bomb('a list in an argument, 3,000 deep', `{ image(id: ${'['.repeat(3_000)}1${']'.repeat(3_000)}) { id } }`),
  bomb('directives', `{ __typename ${times(60, () => '@include(if: true)')} }`),
  bomb(
    'fragments within fragments',
    `{ ...F0 } ${times(40, (i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`)} fragment F40 on Query { __typename }`,
  ),
  bomb('fields to merge', `{ ${times(60, () => '__typename')} }`),
  bomb(
    'lists in lists',
    `{ images(${wide}) { nodes { members { image { members { image { members { status } } } } } } } }`,
  ),
  bomb('comments', `${'#\n'.repeat(20_000)}{ __typename }`),
  bomb(
    'operations',
    times(150, (i) => `query Q${i} { __typename }`),
  ),
  row(
    '30,000 values in variables',
    post(ask('{ __typename }', { variables: { a: Array(30_000).fill(1) } })),
    400,
    'LIMIT_EXCEEDED',
  ),
  row(
    'a cycle of fragments',
    post(ask('{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }')),
    200,
    'GRAPHQL_VALIDATION_FAILED',
  ),
  {
    ...row(
      'more representations than allowed',
      post(
        ask('query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }', {
          variables: { r: Array(20).fill({ __typename: 'Image', id: '1' }) },
        }),
      ),
      400,
      'LIMIT_EXCEEDED',
    ),
    environment: { MAX_REPRESENTATIONS: '10' },
  },
  {
    ...row('headers that stop', 'POST /graphql HTTP/1.1\r\nHost: gate…', 408, 'BAD_REQUEST'),
    environment: { HEADERS_TIMEOUT_MS: '150' },
    withinMs: 1_500,
  },
  {
    ...row('an incomplete body', `${post(image, [token], 5_000)}…`, 408, 'BAD_REQUEST'),
    environment: { REQUEST_TIMEOUT_MS: '200', HEADERS_TIMEOUT_MS: '150' },
    withinMs: 1_500,
  },
  {
    ...row(
      'introspection in production',
      post(ask('{ __schema { types { name } } }')),
      200,
      'GRAPHQL_VALIDATION_FAILED',
    ),
    environment: { PRODUCTION: 'true' },
  },
  {
    ...row('the explorer page in production', get('/graphql', ['Accept: text/html']), 406, 'BAD_REQUEST'),
    environment: { PRODUCTION: 'true' },
  },
  {
    ...row('more requests than one address may send', post(image), 429, 'RATE_LIMITED'),
    // Other callers come through a proxy, with their own addresses.
    environment: { RATE_LIMIT_PER_ADDRESS: '1', TRUST_PROXY: 'true' },
  },
  {
    ...row('more requests than one token may send', post(image), 429, 'RATE_LIMITED'),
    environment: { RATE_LIMIT_PER_TOKEN: '1' },
  },
];
