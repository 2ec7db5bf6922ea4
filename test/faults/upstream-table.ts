import type { Socket } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { answer, canaryWords, type Fault, healthy, imageId, imageRow, memberRow } from './fault-upstream.ts';
import type { operations } from './harness.ts';

/** A row of the table: a fault of upstream, and its expected result. */
export interface Row {
  readonly name: string;
  readonly operation: keyof typeof operations;
  readonly fault: Fault;
  /** The code of the one error; null for none. */
  readonly code: string | null;
  /** The number of upstream calls. */
  readonly calls: number;
  readonly withinMs: number;
  readonly outcome?: 'UNKNOWN';
  /** The code of the one user error; none by default. */
  readonly userError?: string;
}

const deadlineMs = 1_000;
const soon = 3_000;
const atDeadline = deadlineMs + 2_000;

/** Writes the same bytes for every request. */
function says(bytes: string | Buffer): Fault {
  return (socket) => void socket.write(bytes);
}

/** Writes these bytes and ends the connection. */
function saysAndCloses(bytes: string | Buffer): Fault {
  return (socket) => void socket.end(bytes);
}

/** Applies the fault once; later requests are answered correctly. */
function once(fault: Fault): Fault {
  return (socket, request, number) => {
    if (number === 1) fault(socket, request, number);
    else socket.write(healthy(request));
  };
}

function drip(socket: Socket, bytes: string): void {
  let at = 0;
  const timer = setInterval(() => socket.write(bytes.charAt(at++ % bytes.length)), 20);
  socket.once('close', () => clearInterval(timer));
}

/** Writes interim responses until the connection closes. */
function flood(socket: Socket): void {
  const hints = 'HTTP/1.1 103 Early Hints\r\nLink: </>\r\n\r\n'.repeat(100);
  while (!socket.destroyed && socket.write(hints));
  if (!socket.destroyed) socket.once('drain', () => flood(socket));
}

function nested(depth: number): string {
  return `${'['.repeat(depth)}${']'.repeat(depth)}`;
}

const json = JSON.stringify(imageRow);
const refusal = { message: `${canaryWords}<br /><br />\n\n\n`, code: '404 Not Found', title: 'Not Found' };
const html = `<html><head><title>${canaryWords}</title></head><body>${canaryWords}</body></html>`;
const gzipped = gzipSync(' '.repeat(50_000_000));

function read(name: string, fault: Fault, code: string | null, calls = 1, withinMs = soon): Row {
  return { name: `read: ${name}`, operation: 'image', fault, code, calls, withinMs };
}

const reads: readonly Row[] = [
  read('401 as JSON, immediately', says(answer(401, refusal)), 'UNAUTHENTICATED'),
  read(
    '401 after a delay, as while Keystone is down',
    (socket) => void setTimeout(() => socket.write(answer(401, html)), 150),
    'UNAUTHENTICATED',
  ),
  read('no answer at all, as while Keystone is frozen', () => {}, 'UPSTREAM_TIMEOUT', 1, atDeadline),
  read('403 as HTML', says(answer(403, html)), 'FORBIDDEN'),
  read('404 as plain text', says(answer(404, canaryWords, { 'Content-Type': 'text/plain' })), null),
  read('400 as plain text', says(answer(400, canaryWords, { 'Content-Type': 'text/plain' })), 'BAD_USER_INPUT'),
  read('400, empty, closed, as for headers that are too large', saysAndCloses(answer(400, '')), 'BAD_USER_INPUT'),
  read('300 with a list of versions', says(answer(300, { versions: [] })), 'UPSTREAM_INVALID_RESPONSE'),
  ...[301, 302, 303, 307, 308].map((status) =>
    read(
      `${status} to another host`,
      says(answer(status, '', { Location: 'http://192.0.2.1/' })),
      'UPSTREAM_INVALID_RESPONSE',
    ),
  ),
  read('304', says('HTTP/1.1 304 Not Modified\r\n\r\n'), 'UPSTREAM_INVALID_RESPONSE'),
  read('204 where there should be a body', says('HTTP/1.1 204 No Content\r\n\r\n'), 'UPSTREAM_INVALID_RESPONSE'),
  read('405', says(answer(405, html, { Allow: 'PUT' })), 'UPSTREAM_INVALID_RESPONSE'),
  read('409', says(answer(409, refusal)), 'BAD_USER_INPUT'),
  read('413', says(answer(413, refusal)), 'RATE_LIMITED'),
  read(
    '413 with a Retry-After before the deadline, then fine',
    once(says(answer(413, refusal, { 'Retry-After': '0' }))),
    null,
    2,
  ),
  read(
    '413 with a Retry-After beyond the deadline',
    says(answer(413, refusal, { 'Retry-After': '3600' })),
    'RATE_LIMITED',
  ),
  read('414, empty, closed', saysAndCloses(answer(414, '', { Connection: 'close' })), 'BAD_USER_INPUT'),
  read('431, empty, closed', saysAndCloses(answer(431, '', { Connection: 'close' })), 'UPSTREAM_INVALID_RESPONSE'),
  read('429 without Retry-After', says(answer(429, refusal)), 'RATE_LIMITED'),
  read(
    '429 with a Retry-After before the deadline, then fine',
    once(says(answer(429, refusal, { 'Retry-After': '0' }))),
    null,
    2,
  ),
  read(
    '429 with a Retry-After beyond the deadline',
    says(answer(429, refusal, { 'Retry-After': '3600' })),
    'RATE_LIMITED',
  ),
  read('429 with an invalid Retry-After', says(answer(429, refusal, { 'Retry-After': canaryWords })), 'RATE_LIMITED'),
  read('500 as JSON', says(answer(500, refusal)), 'UPSTREAM_UNAVAILABLE', 2),
  read(
    '500, empty plain text, closed',
    saysAndCloses(answer(500, '', { 'Content-Type': 'text/plain' })),
    'UPSTREAM_UNAVAILABLE',
    2,
  ),
  read('500 once, then fine', once(says(answer(500, refusal))), null, 2),
  read('502 as HTML', says(answer(502, html)), 'UPSTREAM_UNAVAILABLE', 2),
  read('503, disabled by the healthcheck file', says(answer(503, 'DISABLED BY FILE')), 'UPSTREAM_UNAVAILABLE', 2),
  read(
    '503 with a Retry-After beyond the deadline',
    says(answer(503, '', { 'Retry-After': '60' })),
    'UPSTREAM_UNAVAILABLE',
  ),
  read('504', says(answer(504, html)), 'UPSTREAM_UNAVAILABLE', 2),
  read('a status that does not exist', says(answer(799, html)), 'UPSTREAM_INVALID_RESPONSE'),
  read('200 as HTML', says(answer(200, html)), 'UPSTREAM_INVALID_RESPONSE'),
  read('200 with an empty body', says(answer(200, '')), 'UPSTREAM_INVALID_RESPONSE'),
  read('200 with a JSON string', says(answer(200, `"${canaryWords}"`)), 'UPSTREAM_INVALID_RESPONSE'),
  read('200 with null', says(answer(200, 'null')), 'UPSTREAM_INVALID_RESPONSE'),
  read(
    'a body cut off before its length',
    saysAndCloses(answer(200, json, { 'Content-Length': '9000' })),
    'UPSTREAM_UNAVAILABLE',
    2,
  ),
  read(
    'half a body without a length',
    saysAndCloses(answer(200, json.slice(0, 80), { 'Content-Length': null })),
    'UPSTREAM_INVALID_RESPONSE',
  ),
  read('a whole body without a length', saysAndCloses(answer(200, json, { 'Content-Length': null })), null),
  read('an answer of HTTP/1.0', saysAndCloses(answer(200, json).replace('HTTP/1.1', 'HTTP/1.0')), null),
  read(
    'a body in chunks',
    says(
      answer(200, `5\r\n${json.slice(0, 5)}\r\n${(json.length - 5).toString(16)}\r\n${json.slice(5)}\r\n0\r\n\r\n`, {
        'Content-Length': null,
        'Transfer-Encoding': 'chunked',
      }),
    ),
    null,
  ),
  read(
    'a body in chunks of one byte',
    says(
      answer(200, `${[...json].map((character) => `1\r\n${character}\r\n`).join('')}0\r\n\r\n`, {
        'Content-Length': null,
        'Transfer-Encoding': 'chunked',
      }),
    ),
    null,
  ),
  read(
    'chunks without an end',
    saysAndCloses(
      answer(200, `5\r\n${json.slice(0, 5)}\r\n`, { 'Content-Length': null, 'Transfer-Encoding': 'chunked' }),
    ),
    'UPSTREAM_UNAVAILABLE',
    2,
  ),
  read(
    'a chunk without a size',
    says(answer(200, `${canaryWords}\r\n`, { 'Content-Length': null, 'Transfer-Encoding': 'chunked' })),
    'UPSTREAM_UNAVAILABLE',
    2,
  ),
  read(
    'headers that arrive slowly',
    (socket) => drip(socket, 'HTTP/1.1 200 OK\r\nX-Pad: '),
    'UPSTREAM_TIMEOUT',
    1,
    atDeadline,
  ),
  read(
    'a body that arrives slowly',
    (socket) => {
      socket.write(answer(200, '', { 'Content-Length': '90000' }));
      drip(socket, ' ');
    },
    'UPSTREAM_TIMEOUT',
    1,
    atDeadline,
  ),
  read('headers, then silence', says(answer(200, '', { 'Content-Length': '100' })), 'UPSTREAM_TIMEOUT', 1, atDeadline),
  read(
    'two equal lengths',
    says(answer(200, json, { 'content-length': String(json.length) })),
    'UPSTREAM_UNAVAILABLE',
    2,
  ),
  read('two different lengths', says(answer(200, json, { 'content-length': '5' })), 'UPSTREAM_UNAVAILABLE', 2),
  read('a length and chunks', says(answer(200, json, { 'Transfer-Encoding': 'chunked' })), 'UPSTREAM_UNAVAILABLE', 2),
  read('a negative length', says(answer(200, json, { 'Content-Length': '-5' })), 'UPSTREAM_UNAVAILABLE', 2),
  read('a malformed length', says(answer(200, json, { 'Content-Length': canaryWords })), 'UPSTREAM_UNAVAILABLE', 2),
  read('a length over the limit', says(answer(200, json, { 'Content-Length': '100001' })), 'UPSTREAM_INVALID_RESPONSE'),
  read(
    'a body over the limit, without a length',
    saysAndCloses(answer(200, ' '.repeat(200_000), { 'Content-Length': null })),
    'UPSTREAM_INVALID_RESPONSE',
  ),
  read(
    'a gzip bomb',
    says(
      Buffer.concat([
        Buffer.from(answer(200, '', { 'Content-Encoding': 'gzip', 'Content-Length': String(gzipped.length) })),
        gzipped,
      ]),
    ),
    'UPSTREAM_INVALID_RESPONSE',
  ),
  ...(
    [
      ['deflate', deflateSync(json)],
      ['br', brotliCompressSync(json)],
      ['gzip, gzip', gzipSync(gzipSync(json))],
    ] as const
  ).map(([encoding, bytes]) =>
    read(
      `a body in ${encoding}`,
      says(
        Buffer.concat([
          Buffer.from(answer(200, '', { 'Content-Encoding': encoding, 'Content-Length': String(bytes.length) })),
          bytes,
        ]),
      ),
      'UPSTREAM_INVALID_RESPONSE',
    ),
  ),
  read(
    'a body that is not UTF-8',
    says(
      Buffer.concat([Buffer.from(answer(200, '', { 'Content-Length': '4' })), Buffer.from([0x22, 0xff, 0xfe, 0x22])]),
    ),
    'UPSTREAM_INVALID_RESPONSE',
  ),
  read('a byte order mark', says(answer(200, `\uFEFF${json}`)), null),
  read('203 from a modifying proxy', says(answer(203, json)), null),
  read('JSON nested 10,000 deep', says(answer(200, nested(10_000))), 'UPSTREAM_INVALID_RESPONSE'),
  read(
    'a property nested 10,000 deep',
    says(answer(200, json.replace('{', `{"custom":${nested(10_000)},`))),
    'UPSTREAM_INVALID_RESPONSE',
  ),
  read(
    '__proto__ and constructor as keys',
    says(answer(200, json.replace('{', '{"__proto__":{"name":"x"},"constructor":1,'))),
    null,
  ),
  read('a key twice', says(answer(200, json.replace('{', '{"name":"first",'))), null),
  read('a lone surrogate', says(answer(200, json.replace('an image', 'an \\ud800 image'))), null),
  read(
    'a different image from the requested one',
    says(answer(200, { ...imageRow, id: canaryWords })),
    'UPSTREAM_INVALID_RESPONSE',
  ),
  read(
    'the id in upper case, as MariaDB may return it',
    says(answer(200, { ...imageRow, id: imageId.toUpperCase() })),
    null,
  ),
  read('an id that is a number', says(answer(200, { ...imageRow, id: 1 })), 'UPSTREAM_INVALID_RESPONSE'),
  read(
    'an unknown visibility',
    says(answer(200, { ...imageRow, visibility: canaryWords })),
    'UPSTREAM_INVALID_RESPONSE',
  ),
  read('an infinite size', says(answer(200, json.replace('{', '{"size":1e999,'))), 'UPSTREAM_INVALID_RESPONSE'),
  read('a malformed time', says(answer(200, { ...imageRow, created_at: canaryWords })), 'UPSTREAM_INVALID_RESPONSE'),
  read('reset before the answer', (socket) => void socket.resetAndDestroy(), 'UPSTREAM_UNAVAILABLE', 2),
  read(
    'reset once, then fine',
    once((socket) => void socket.resetAndDestroy()),
    null,
    2,
  ),
  read('closed without an answer', (socket) => void socket.end(), 'UPSTREAM_UNAVAILABLE', 2),
  read(
    'reset within the body',
    (socket) => void socket.write(answer(200, json, { 'Content-Length': '9000' }), () => socket.resetAndDestroy()),
    'UPSTREAM_UNAVAILABLE',
    2,
  ),
  read('something other than HTTP', says(`SSH-2.0-${canaryWords}\r\n`), 'UPSTREAM_UNAVAILABLE', 2),
  read('an answer of HTTP/0.9', saysAndCloses(html), 'UPSTREAM_UNAVAILABLE', 2),
  read('early hints, then fine', says(`HTTP/1.1 103 Early Hints\r\nLink: </>\r\n\r\n${answer(200, json)}`), null),
  read(
    'a thousand interim responses, then fine',
    says('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(1_000) + answer(200, json)),
    null,
  ),
  read('interim answers without end', flood, 'UPSTREAM_INVALID_RESPONSE'),
  read(
    '101 to another protocol',
    says('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'),
    'UPSTREAM_UNAVAILABLE',
    2,
  ),
  read('an unsolicited second answer', says(answer(200, json) + answer(200, { ...imageRow, name: canaryWords })), null),
  read('a header of 100 kB', says(answer(200, json, { 'X-Pad': 'x'.repeat(100_000) })), 'UPSTREAM_UNAVAILABLE', 2),
  read(
    'two thousand headers',
    says(answer(200, json, Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`X-${i}`, 'x'])))),
    null,
  ),
  read('a header with a NUL', says(answer(200, json, { 'X-Nul': 'a\0b' })), 'UPSTREAM_UNAVAILABLE', 2),
  read(
    'a malformed request id',
    says(answer(403, html, { 'X-Openstack-Request-Id': `${canaryWords} <b>` })),
    'FORBIDDEN',
  ),
  read(
    'a challenge and a cookie',
    says(answer(401, html, { 'WWW-Authenticate': canaryWords, 'Set-Cookie': canaryWords })),
    'UNAUTHENTICATED',
  ),
  read('closed after every answer', saysAndCloses(answer(200, json, { Connection: 'close' })), null),
  read('closed after every answer, without a Connection header', saysAndCloses(answer(200, json)), null),
  read(
    'closed after every answer, without a length, headers in lower case, as uWSGI does',
    saysAndCloses(
      answer(200, json, { 'Content-Length': null }).replaceAll(/^[A-Z][\w-]+(?=:)/gm, (name) => name.toLowerCase()),
    ),
    null,
  ),
  read(
    'a refusal without a length',
    saysAndCloses(answer(401, html, { 'Content-Length': null, 'X-Openstack-Request-Id': null })),
    'UNAUTHENTICATED',
  ),
];

function list(name: string, operation: Row['operation'], body: object | string, code: string | null): Row {
  return {
    name: `list: ${name}`,
    operation,
    fault: listFault(body),
    code,
    calls: operation === 'members' ? 2 : 1,
    withinMs: soon,
  };
}

/** Applies only to lists. */
function listFault(body: object | string): Fault {
  return (socket, request) =>
    void socket.write(/\/members$|\/images\?/.test(request.target) ? answer(200, body) : healthy(request));
}

const lists: readonly Row[] = [
  list(
    'a row of another image',
    'members',
    { members: [memberRow, { ...memberRow, image_id: canaryWords }] },
    'UPSTREAM_INVALID_RESPONSE',
  ),
  list(
    'a row with an unknown status',
    'members',
    { members: [memberRow, { ...memberRow, status: canaryWords }] },
    'UPSTREAM_INVALID_RESPONSE',
  ),
  list('rows that are not objects', 'members', { members: [memberRow, [canaryWords]] }, 'UPSTREAM_INVALID_RESPONSE'),
  list('a member twice', 'members', { members: [memberRow, memberRow] }, null),
  list('no array', 'members', { members: { 0: memberRow } }, 'UPSTREAM_INVALID_RESPONSE'),
  list('something else', 'members', { images: [] }, 'UPSTREAM_INVALID_RESPONSE'),
  list('images without ids', 'images', { images: [{ ...imageRow, id: null }] }, 'UPSTREAM_INVALID_RESPONSE'),
  list('a link that is not a string', 'images', { images: [imageRow], next: { href: canaryWords } }, null),
  list('truncated JSON', 'images', '{"images": [', 'UPSTREAM_INVALID_RESPONSE'),
];

/** The fault applies to writes, and to the following reads too unless `heals` is set. */
function write(
  name: string,
  operation: Row['operation'],
  fault: Fault,
  code: string | null,
  calls: number,
  rest: Partial<Row> = {},
): Row {
  return { name: `write: ${name}`, operation, fault, code, calls, withinMs: soon, ...rest };
}

/** The fault applies only to the write itself. */
function onWrite(fault: Fault): Fault {
  return (socket, request, number) => {
    if (request.method === 'GET') socket.write(healthy(request));
    else fault(socket, request, number);
  };
}

const unknown = { outcome: 'UNKNOWN' } as const;
const reset: Fault = (socket) => void socket.resetAndDestroy();
const notThere: Fault = (socket, request, number) => {
  if (request.method === 'GET') socket.write(answer(404, refusal));
  else reset(socket, request, number);
};
/** Resets writes; the member is not found, and the list holds others. */
const goneFromList: Fault = (socket, request, number) => {
  const others = ['b', 'c'].map((name) => ({ ...memberRow, member_id: name.repeat(32) }));
  if (request.target.endsWith('/members')) socket.write(answer(200, { members: others }));
  else notThere(socket, request, number);
};

/** Removes the member; afterwards the member is not found, and the list holds others. */
function removedWith(bytes: string): Fault {
  return (socket, request, number) => {
    if (request.method === 'GET') goneFromList(socket, request, number);
    else socket.end(bytes);
  };
}
const removed = removedWith('HTTP/1.1 204 No Content\r\n\r\n');

const writes: readonly Row[] = [
  write('no answer, also to reading back', 'update', () => {}, 'UPSTREAM_TIMEOUT', 2, {
    ...unknown,
    withinMs: 2 * atDeadline,
  }),
  write(
    'no answer, as while the broker is down; the row exists',
    'update',
    onWrite(() => {}),
    null,
    2,
    { withinMs: atDeadline },
  ),
  write(
    'no answer to an addition; the row exists',
    'create',
    onWrite(() => {}),
    null,
    2,
    { withinMs: atDeadline },
  ),
  write('reset, and the row does not exist', 'create', notThere, 'UPSTREAM_UNAVAILABLE', 2, unknown),
  write('reset, and the row exists', 'update', onWrite(reset), null, 2),
  write('reset, and reading back fails too', 'update', reset, 'UPSTREAM_UNAVAILABLE', 3, unknown),
  write('500, and the row exists', 'update', onWrite(says(answer(500, refusal))), null, 2),
  write('503 for everything', 'update', says(answer(503, html)), 'UPSTREAM_UNAVAILABLE', 3, unknown),
  write('a redirect', 'update', onWrite(says(answer(307, '', { Location: 'http://192.0.2.1/' }))), null, 2),
  write('200 with HTML, and the row exists', 'update', onWrite(says(answer(200, html))), null, 2),
  write('200 about another member', 'update', onWrite(says(answer(200, { ...memberRow, member_id: 'x' }))), null, 2),
  write(
    'a body cut off',
    'update',
    onWrite(saysAndCloses(answer(200, memberRow, { 'Content-Length': '9000' }))),
    null,
    2,
  ),
  write('401', 'update', says(answer(401, refusal)), 'UNAUTHENTICATED', 1),
  write('409 for an existing member', 'create', onWrite(says(answer(409, refusal))), null, 2, {
    userError: 'ALREADY_MEMBER',
  }),
  write('403 as HTML', 'update', onWrite(says(answer(403, html))), null, 2, { userError: 'NOT_IMAGE_MEMBER' }),
  write('404 as plain text', 'update', onWrite(says(answer(404, canaryWords))), null, 1, { userError: 'NOT_FOUND' }),
  write('a removal that is answered without a length, and closed', 'delete', removed, null, 3),
  write('429', 'update', says(answer(429, refusal)), 'RATE_LIMITED', 1),
  write(
    '413 before the request was read, closed',
    'create',
    onWrite(saysAndCloses(answer(413, refusal, { Connection: 'close' }))),
    null,
    2,
    { userError: 'ALREADY_MEMBER' },
  ),
  write('a removal that is reset, and no member is visible', 'delete', notThere, 'UPSTREAM_UNAVAILABLE', 4, unknown),
  write('a removal that is reset, and others are listed', 'delete', goneFromList, null, 4),
  ...(
    [
      ['200 without a body', answer(200, ''), 3],
      ['200 with a body', answer(200, { removed: true }), 3],
      ['202, and the removal is complete', answer(202, ''), 4],
      ['200 with HTML, and the member is gone', answer(200, html), 4],
    ] as const
  ).map(([what, bytes, calls]) =>
    write(`a removal that is answered with ${what}`, 'delete', removedWith(bytes), null, calls),
  ),
  write(
    'a removal that is answered with HTML, and the member still exists',
    'delete',
    onWrite(says(answer(200, html))),
    'UPSTREAM_INVALID_RESPONSE',
    3,
    unknown,
  ),
  ...(['create', 'update'] as const).flatMap((operation) => [
    write(`201 with the row, to ${operation}`, operation, onWrite(says(answer(201, memberRow))), null, 1),
    write(`201 without a body, to ${operation}`, operation, onWrite(says(answer(201, ''))), null, 2),
    write(`204 to ${operation}`, operation, onWrite(saysAndCloses('HTTP/1.1 204 No Content\r\n\r\n')), null, 2),
    write(`202 to ${operation}, and the row is there`, operation, onWrite(says(answer(202, ''))), null, 2),
  ]),
  write(
    '413 with Retry-After',
    'create',
    onWrite(says(answer(413, refusal, { 'Retry-After': '5' }))),
    'RATE_LIMITED',
    1,
  ),
  write('413 for a write that adds nothing', 'update', onWrite(says(answer(413, refusal))), 'RATE_LIMITED', 1),
  write('endless interim responses, and the row exists', 'update', onWrite(flood), null, 2),
];

export const upstreamTable: readonly Row[] = [...reads, ...lists, ...writes];
