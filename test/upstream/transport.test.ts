import { getEventListeners } from 'node:events';
import { createServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ErrorCode } from '../../src/errors.ts';
import { Token } from '../../src/token.ts';
import { Breaker } from '../../src/upstream/breaker.ts';
import type { Call } from '../../src/upstream/call.ts';
import { FairQueue } from '../../src/upstream/fair-queue.ts';
import { listen, refusingUrl } from '../support/listen.ts';
import { createTransport, read, write } from '../support/transport.ts';
import { type Script, sendJson, startRawUpstream, startUpstream } from '../support/upstream.ts';

const retries = 2;

// Retries have random jitter; without it they are immediate.
beforeEach(() => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
});

it('a request too large for upstream’s buffer, which it closes or a proxy answers with 502, does not open the breaker', async () => {
  const large = { ...read, path: `/images?name=${'x'.repeat(4_096)}` };
  const hangsUp: Script = (response) => void response.socket?.destroy();
  const answers502: Script = (response) => void response.writeHead(502).end();
  for (const script of [hangsUp, answers502]) {
    const breaker = new Breaker({ failures: 1, pauseMs: 60_000, now: () => performance.now(), onChange: () => {} });
    await using upstream = await startUpstream(script);
    await using transport = createTransport(upstream.url, { breaker });
    expect((await transport.fail(large)).code).toBe('UPSTREAM_UNAVAILABLE');
    expect(breaker.open).toBe(false);
    await transport.fail(read);
    expect(breaker.open).toBe(true);
  }
});

describe('an answer with an error status', () => {
  const codes: readonly (readonly [number, ErrorCode])[] = [
    [202, 'UPSTREAM_INVALID_RESPONSE'],
    [300, 'UPSTREAM_INVALID_RESPONSE'],
    [302, 'UPSTREAM_INVALID_RESPONSE'],
    [400, 'BAD_USER_INPUT'],
    [401, 'UNAUTHENTICATED'],
    [403, 'FORBIDDEN'],
    [404, 'BAD_USER_INPUT'],
    [405, 'UPSTREAM_INVALID_RESPONSE'],
    [409, 'BAD_USER_INPUT'],
    [413, 'RATE_LIMITED'],
    [414, 'BAD_USER_INPUT'],
    [415, 'UPSTREAM_INVALID_RESPONSE'],
    [429, 'RATE_LIMITED'],
    [431, 'UPSTREAM_INVALID_RESPONSE'],
    [500, 'UPSTREAM_UNAVAILABLE'],
    [502, 'UPSTREAM_UNAVAILABLE'],
    [503, 'UPSTREAM_UNAVAILABLE'],
    [504, 'UPSTREAM_UNAVAILABLE'],
  ];
  const bodies: Readonly<Record<string, string>> = {
    'application/json': '{"message": "internal words<br />", "code": "…", "title": "…"}',
    'text/html': '<html><body><h1>internal words</h1></body></html>',
    'text/plain': 'internal words',
    'application/octet-stream': '',
  };

  it.each(codes)('%i is %s, whatever its body', async (status, code) => {
    await using upstream = await startUpstream((response, { target }) => {
      const type = new URL(target, 'http://upstream').searchParams.get('type') ?? '';
      response.writeHead(status, { 'content-type': type, 'x-openstack-request-id': 'req-of-upstream' });
      response.end(bodies[type]);
    });
    await using transport = createTransport(upstream.url, { retries });
    for (const type of Object.keys(bodies)) {
      const before = upstream.received.length;
      const failedRead = await transport.fail({ ...read, path: `/images/1?type=${encodeURIComponent(type)}` });
      expect(failedRead).toMatchObject({ code, status, details: { upstreamRequestId: 'req-of-upstream' } });
      expect(failedRead.details.outcome).toBeUndefined();
      expect(failedRead.message).not.toContain('internal');
      const reads = upstream.received.length - before;
      expect(reads).toBe(status >= 500 ? retries + 1 : 1);

      const failedWrite = await transport.fail({ ...write, path: `/images/1?type=${encodeURIComponent(type)}` });
      expect(failedWrite).toMatchObject({ code, status });
      expect(failedWrite.details.outcome).toBe(status < 400 || status >= 500 ? 'UNKNOWN' : undefined);
      expect(upstream.received.length - before - reads).toBe(1);
    }
  });

  it('keeps an upstream request id only if it is valid', async () => {
    await using upstream = await startUpstream((response) => {
      response.writeHead(403, { 'x-openstack-request-id': 'see http://10.0.0.1/' });
      response.end();
    });
    await using transport = createTransport(upstream.url);
    expect((await transport.fail(read)).details.upstreamRequestId).toBeUndefined();
  });

  it.each([301, 302, 303, 307, 308])(
    'a redirect with %i is not followed, so the token goes to no other host',
    async (status) => {
      await using elsewhere = await startUpstream((response) => sendJson(response, 200, {}));
      await using upstream = await startUpstream((response) => {
        response.writeHead(status, { location: `${elsewhere.url}/v2/images/1` });
        response.end();
      });
      await using transport = createTransport(upstream.url, { retries });
      for (const call of [read, write]) expect((await transport.fail(call)).code).toBe('UPSTREAM_INVALID_RESPONSE');
      expect(upstream.received).toHaveLength(2);
      expect(elsewhere.received).toHaveLength(0);
    },
  );
});

it.each([200, 201, 203, 204, 205])('%i is success for reads and writes', async (status) => {
  await using upstream = await startUpstream((response) => {
    response.writeHead(status);
    response.end(status > 203 ? undefined : '{}');
  });
  await using transport = createTransport(upstream.url);
  for (const call of [read, write]) expect(await transport.call(call)).toBe(status > 203 ? '' : '{}');
});

describe('413', () => {
  const create: Call = {
    operation: 'createMember',
    doing: 'write',
    method: 'POST',
    path: '/images/1/members',
    body: {},
  };
  const answering = (retryAfter: string | undefined) =>
    startUpstream((response, _request, number) => {
      if (number === 2) return response.end('{}');
      return sendJson(response, 413, {}, retryAfter === undefined ? {} : { 'retry-after': retryAfter });
    });

  it('without Retry-After is a quota error for an added member', async () => {
    await using upstream = await answering(undefined);
    await using transport = createTransport(upstream.url, { retries });
    expect(await transport.fail(create)).toMatchObject({ code: 'BAD_USER_INPUT', status: 413 });
  });

  it.each(['0', 'soon', ''])('with Retry-After %j is a rate limit for an added member', async (retryAfter) => {
    await using upstream = await answering(retryAfter);
    await using transport = createTransport(upstream.url, { retries });
    expect(await transport.fail(create)).toMatchObject({ code: 'RATE_LIMITED', status: 413 });
    expect(upstream.received).toHaveLength(1);
  });

  it('for a read is a rate limit, and the read is retried after Retry-After', async () => {
    await using upstream = await answering('0');
    await using transport = createTransport(upstream.url, { retries });
    expect(await transport.call(read)).toBe('{}');
    expect(upstream.received).toHaveLength(2);
  });
});

describe('an incomplete answer', () => {
  it.each([
    ['reset before the headers', ''],
    ['reset within the headers', 'HTTP/1.1 200 OK\r\nContent-Ty'],
    ['reset within the body', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{"a"'],
    ['reset within a chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\n{"a"'],
    ['not HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
  ])('%s: reads are retried, writes are sent once and have an unknown outcome', async (_name, sent) => {
    await using upstream = await startRawUpstream((socket) => {
      if (sent === '') socket.resetAndDestroy();
      else socket.write(sent, () => socket.end());
    });
    await using transport = createTransport(upstream.url, { retries });
    expect(await transport.fail(read)).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', status: undefined });
    expect(upstream.count()).toBe(retries + 1);
    expect(await transport.fail(write)).toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
      details: { outcome: 'UNKNOWN' },
    });
    expect(upstream.count()).toBe(retries + 2);
    expect(transport.reports.map(({ failure }) => failure)).toEqual(Array(retries + 2).fill('unreachable'));
  });

  it('a refused connection is retried for reads; for writes the outcome is known, because they were never sent', async () => {
    await using transport = createTransport(refusingUrl, { retries });
    expect((await transport.fail(read)).code).toBe('UPSTREAM_UNAVAILABLE');
    expect(transport.reports).toHaveLength(retries + 1);
    const failedWrite = await transport.fail(write);
    expect(failedWrite.code).toBe('UPSTREAM_UNAVAILABLE');
    expect(failedWrite.details.outcome).toBeUndefined();
    expect(transport.reports).toHaveLength(retries + 2);
  });

  it('a body that ends with its connection is accepted', async () => {
    await using upstream = await startRawUpstream((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n{"id": "1"}'));
    await using transport = createTransport(upstream.url);
    expect(await transport.call(read)).toBe('{"id": "1"}');
  });

  it('interim responses are skipped', async () => {
    await using upstream = await startRawUpstream((socket) =>
      socket.write('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}'),
    );
    await using transport = createTransport(upstream.url);
    expect(await transport.call(read)).toBe('{}');
  });
});

it.each(['a read', 'a write'])('endless interim responses are cut off well before the deadline: %s', async (what) => {
  await using upstream = await startRawUpstream((socket) => {
    const hints = 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'.repeat(100);
    function flood(): void {
      while (!socket.destroyed && socket.write(hints));
      if (!socket.destroyed) socket.once('drain', flood);
    }
    socket.on('error', () => {});
    flood();
  });
  await using transport = createTransport(upstream.url, { retries, deadlineMs: 10_000 });
  const start = performance.now();
  const error = await transport.fail(what === 'a read' ? read : write);
  expect(performance.now() - start).toBeLessThan(5_000);
  expect(error).toMatchObject({ code: 'UPSTREAM_INVALID_RESPONSE' });
  expect(error.details.outcome).toBe(what === 'a read' ? undefined : 'UNKNOWN');
  expect(upstream.count()).toBe(1);
});

describe('an unusable answer', () => {
  const answers: readonly (readonly [string, Script])[] = [
    ['larger than allowed, according to its length', (response) => response.end('x'.repeat(1025))],
    [
      'larger than allowed, without a length',
      (response) => {
        response.write('x'.repeat(600));
        setImmediate(() => response.write('x'.repeat(600)));
      },
    ],
    [
      'encoded',
      (response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' });
        response.end(gzipSync('{}'));
      },
    ],
    ['not UTF-8', (response) => response.end(Buffer.from([0x22, 0xff, 0x22]))],
  ];

  it.each(answers)('is UPSTREAM_INVALID_RESPONSE without a retry: %s', async (_name, script) => {
    await using upstream = await startUpstream(script);
    await using transport = createTransport(upstream.url, { retries });
    const failedRead = await transport.fail(read);
    expect(failedRead.code).toBe('UPSTREAM_INVALID_RESPONSE');
    expect(failedRead.details.outcome).toBeUndefined();
    expect(await transport.fail(write)).toMatchObject({
      code: 'UPSTREAM_INVALID_RESPONSE',
      details: { outcome: 'UNKNOWN' },
    });
    expect(upstream.received).toHaveLength(2);
    expect(transport.reports.map(({ failure }) => failure)).toEqual(['unusable', 'unusable']);
  });

  it('is not one at exactly the allowed size', async () => {
    await using upstream = await startUpstream((response) => response.end('x'.repeat(1024)));
    await using transport = createTransport(upstream.url);
    expect(await transport.call(read)).toHaveLength(1024);
  });

  it('is not one with the encoding identity', async () => {
    await using upstream = await startUpstream((response) => {
      response.writeHead(200, { 'content-encoding': 'identity' });
      response.end('{}');
    });
    await using transport = createTransport(upstream.url);
    expect(await transport.call(read)).toBe('{}');
  });
});

describe('the deadline', () => {
  const deadlineMs = 150;
  const tooLate = deadlineMs * 6;

  const silences: readonly (readonly [string, Script])[] = [
    ['a server that never answers', () => {}],
    [
      'a body that never ends',
      (response, { socket }) => {
        response.writeHead(200);
        const drip = setInterval(() => response.write(' '), 10);
        socket.once('close', () => clearInterval(drip));
      },
    ],
  ];
  it.each(silences)('ends waiting for %s, and closes the connection', async (_name, script) => {
    await using upstream = await startUpstream(script);
    await using transport = createTransport(upstream.url, { deadlineMs, retries });
    for (const [call, outcome] of [
      [read, undefined],
      [write, 'UNKNOWN'],
    ] as const) {
      const start = performance.now();
      const error = await transport.fail(call);
      expect(performance.now() - start).toBeGreaterThan(deadlineMs - 5);
      expect(performance.now() - start).toBeLessThan(tooLate);
      expect(error.code).toBe('UPSTREAM_TIMEOUT');
      expect(error.details.outcome).toBe(outcome);
      const socket = upstream.received.at(-1)?.socket;
      // `once` of `node:events` would reject if the connection is reset.
      if (socket && !socket.destroyed) await new Promise((resolve) => socket.once('close', resolve));
    }
    expect(upstream.received).toHaveLength(2);
    expect(transport.reports.map(({ failure }) => failure)).toEqual(['timeout', 'timeout']);
  });

  it('counts as a failure for the breaker, for reads and writes alike', async () => {
    const breaker = new Breaker({ failures: 2, pauseMs: 60_000, now: () => performance.now(), onChange: () => {} });
    await using upstream = await startUpstream(() => {});
    await using transport = createTransport(upstream.url, { deadlineMs, breaker });
    await transport.fail(read);
    expect(breaker.open).toBe(false);
    await transport.fail(write);
    expect(breaker.open).toBe(true);
    expect((await transport.fail(read)).code).toBe('UPSTREAM_UNAVAILABLE');
    expect(upstream.received).toHaveLength(2);
  });

  it('can be extended while the call is under way', async () => {
    await using upstream = await startUpstream((response) => void setTimeout(() => response.end('{}'), deadlineMs));
    await using transport = createTransport(upstream.url);
    const caller = { token: new Token('t'), requestId: 'r', signal: new AbortController().signal };
    const deadline = { at: performance.now() + deadlineMs / 3 };
    const answer = transport.transport.call(read, caller, { signal: caller.signal, deadline });
    deadline.at += 10_000;
    expect(await answer).toBe('{}');
  });

  it('covers waiting for a connection; a write that was still waiting is reported as not sent', async () => {
    await using upstream = await startUpstream((response, _request, number) => {
      if (number > 1) response.end('{}');
    });
    const queue = new FairQueue({ places: 1, placesPerKey: 1, maxWaiting: 10 });
    await using holder = createTransport(upstream.url, { deadlineMs: deadlineMs * 4, queue });
    await using transport = createTransport(upstream.url, { deadlineMs, queue });
    const first = holder.fail(write);
    await upstream.arrived(1);
    const start = performance.now();
    const [queuedWrite, queuedRead] = await Promise.all([transport.fail(write), transport.fail(read)]);
    expect(performance.now() - start).toBeLessThan(tooLate);
    expect(queuedWrite.code).toBe('UPSTREAM_TIMEOUT');
    expect(queuedWrite.details.outcome).toBeUndefined();
    expect(queuedRead.code).toBe('UPSTREAM_TIMEOUT');
    expect(await first).toMatchObject({ code: 'UPSTREAM_TIMEOUT', details: { outcome: 'UNKNOWN' } });
    expect(await transport.call(read)).toBe('{}');
    expect(upstream.received).toHaveLength(2);
  });

  it('covers connecting', async () => {
    // Accepts no connection beyond its backlog, and so never answers the TLS handshake.
    await using silent = await listen(createServer());
    await using transport = createTransport(silent.url.replace('http:', 'https:'), { deadlineMs });
    const error = await transport.fail(write);
    expect(error.code).toBe('UPSTREAM_TIMEOUT');
    expect(error.details.outcome).toBeUndefined();
  });

  it('covers all attempts together', async () => {
    await using upstream = await startUpstream((response, _request, number) => {
      if (number === 1) sendJson(response, 503, {});
    });
    await using transport = createTransport(upstream.url, { deadlineMs, retries });
    const start = performance.now();
    expect((await transport.fail(read)).code).toBe('UPSTREAM_TIMEOUT');
    expect(performance.now() - start).toBeLessThan(tooLate);
    expect(upstream.received).toHaveLength(2);
  });
});

describe('a retry', () => {
  it('returns the answer of a read that failed before, and every attempt is reported', async () => {
    await using upstream = await startUpstream((response, _request, number) =>
      number === 1 ? sendJson(response, 503, {}) : response.end('{}'),
    );
    await using transport = createTransport(upstream.url, { retries });
    expect(await transport.call(read)).toBe('{}');
    expect(transport.reports).toMatchObject([
      { operation: 'getImage', method: 'GET', status: 503, failure: undefined, attempt: 1, requestId: 'req-1' },
      { operation: 'getImage', method: 'GET', status: 200, failure: undefined, attempt: 2, requestId: 'req-1' },
    ]);
  });

  it('waits at most twice as long as the one before it, starting from 100 ms', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(1);
    await using upstream = await startUpstream((response) => sendJson(response, 503, {}));
    await using transport = createTransport(upstream.url, { retries: 3 });
    await transport.fail(read);
    const at = upstream.received.map((received) => received.at);
    const waits = at.slice(1).map((time, index) => time - (at[index] ?? 0));
    expect(waits).toHaveLength(3);
    // Timers may fire a millisecond early, and late on a busy machine.
    for (const [index, wait] of waits.entries()) expect(wait).toBeGreaterThan(100 * 2 ** index - 5);
  });

  it('waits for Retry-After, in seconds or as a date', async () => {
    const date = new Date(Date.now() + 2000).toUTCString();
    const waits = ['1', date].map(async (retryAfter) => {
      await using upstream = await startUpstream((response, _request, number) =>
        number === 1 ? sendJson(response, 429, {}, { 'retry-after': retryAfter }) : response.end('{}'),
      );
      await using transport = createTransport(upstream.url, { retries });
      expect(await transport.call(read)).toBe('{}');
      const [first, second] = upstream.received.map(({ at }) => at);
      expect(upstream.received).toHaveLength(2);
      return (second ?? 0) - (first ?? 0);
    });
    // A date has whole seconds, so that this one is at least one second away when it is read.
    for (const wait of await Promise.all(waits)) expect(wait).toBeGreaterThan(980);
  });

  it.each<readonly [number, string | undefined, number, number | undefined]>([
    [429, '0', retries + 1, 0],
    [429, new Date(0).toUTCString(), retries + 1, 0],
    [429, '3600', 1, 3600],
    [429, '6', 1, 6],
    [503, '3600', 1, 3600],
    [429, undefined, 1, undefined],
    [429, 'soon', 1, undefined],
    [429, '-1', 1, undefined],
    [429, '1.5', 1, undefined],
    [429, '2', 1, 2],
    [503, 'soon', retries + 1, undefined],
  ])('after %i with Retry-After %s makes %i attempts, and the client is told to wait %s seconds', async (...row) => {
    const [status, retryAfter, attempts, told] = row;
    await using upstream = await startUpstream((response) =>
      sendJson(response, status, {}, retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
    );
    await using transport = createTransport(upstream.url, { retries, deadlineMs: 2_000 });
    const error = await transport.fail(read);
    expect(error.status).toBe(status);
    expect(error.details.retryAfter).toBe(told);
    expect(upstream.received).toHaveLength(attempts);
    expect((await transport.fail(write)).status).toBe(status);
    expect(upstream.received).toHaveLength(attempts + 1);
  });

  it('passes a Retry-After date to the client in whole seconds', async () => {
    await using upstream = await startUpstream((response) =>
      sendJson(response, 429, {}, { 'retry-after': new Date(Date.now() + 60_000).toUTCString() }),
    );
    await using transport = createTransport(upstream.url);
    const { retryAfter } = (await transport.fail(read)).details;
    expect(Number.isInteger(retryAfter)).toBe(true);
    expect(retryAfter).toBeGreaterThan(57);
    expect(retryAfter).toBeLessThanOrEqual(60);
  });
});

describe('a caller that goes away', () => {
  it('cancels a call under way, and its upstream connection closes', async () => {
    await using upstream = await startUpstream(() => {});
    await using transport = createTransport(upstream.url, { retries });
    for (const [call, outcome] of [
      [read, undefined],
      [write, 'UNKNOWN'],
    ] as const) {
      const caller = new AbortController();
      const failed = transport.fail(call, caller.signal);
      await upstream.arrived(outcome ? 2 : 1);
      const socket = upstream.received.at(-1)?.socket ?? expect.fail();
      const closed = new Promise((resolve) => socket.once('close', resolve));
      caller.abort();
      expect((await failed).details.outcome).toBe(outcome);
      await closed;
    }
    expect(transport.reports.map(({ failure }) => failure)).toEqual(['cancelled', 'cancelled']);
  });

  it('cancels a call that waits for a connection, so that it is never sent', async () => {
    let release = (): void => {};
    await using upstream = await startUpstream((response, _request, number) => {
      if (number === 1) release = () => response.end('{}');
      else response.end('{}');
    });
    await using transport = createTransport(upstream.url, { connections: 1 });
    const first = transport.call(read);
    await upstream.arrived(1);
    const caller = new AbortController();
    const queued = transport.fail(write, caller.signal);
    caller.abort();
    expect((await queued).details.outcome).toBeUndefined();
    release();
    await first;
    await transport.call(read);
    expect(upstream.received.map(({ method }) => method)).toEqual(['GET', 'GET']);
  });

  it('cancels the wait between attempts', async () => {
    await using upstream = await startUpstream((response) => sendJson(response, 503, {}, { 'retry-after': '4' }));
    await using transport = createTransport(upstream.url, { retries });
    const caller = new AbortController();
    const start = performance.now();
    const failed = transport.fail(read, caller.signal);
    await vi.waitUntil(() => transport.reports.length === 1, { timeout: 20_000, interval: 1 });
    caller.abort();
    expect((await failed).code).toBe('UPSTREAM_UNAVAILABLE');
    expect(performance.now() - start).toBeLessThan(4_000);
    expect(upstream.received).toHaveLength(1);
  });

  it('before the call prevents it', async () => {
    await using upstream = await startUpstream((response) => response.end('{}'));
    await using transport = createTransport(upstream.url);
    const error = await transport.fail(write, AbortSignal.abort());
    expect(error.code).toBe('UPSTREAM_UNAVAILABLE');
    expect(error.details.outcome).toBeUndefined();
    expect(upstream.received).toHaveLength(0);
  });
});

describe('an upstream request', () => {
  const always = (url: string) => [
    ['host', new URL(url).host],
    ['connection', 'keep-alive'],
    ['accept', 'application/json'],
    ['accept-encoding', 'identity'],
    ['x-auth-token', 'a token'],
    ['x-openstack-request-id', 'req-1'],
  ];

  it('for a read has only its path and these headers', async () => {
    await using upstream = await startUpstream((response) => response.end('{}'));
    await using transport = createTransport(upstream.url, { basePath: '/image/v2' });
    await transport.call({ ...read, path: '/images/a%20b?limit=1' });
    expect(upstream.received).toMatchObject([{ method: 'GET', target: '/image/v2/images/a%20b?limit=1', body: '' }]);
    expect(upstream.received[0]?.headers).toEqual(always(upstream.url));
  });

  it('for a write also has a body, with its length in bytes', async () => {
    await using upstream = await startUpstream((response) => response.end('{}'));
    await using transport = createTransport(upstream.url);
    await transport.call({ ...write, body: { status: 'é漢' } });
    expect(upstream.received).toMatchObject([{ method: 'PUT', body: '{"status":"é漢"}' }]);
    expect(upstream.received[0]?.headers).toEqual([
      ...always(upstream.url),
      ['content-type', 'application/json'],
      ['content-length', '18'],
    ]);
  });

  it('for a removal has no body', async () => {
    await using upstream = await startUpstream((response) => {
      response.writeHead(204);
      response.end();
    });
    await using transport = createTransport(upstream.url);
    expect(await transport.call({ ...read, method: 'DELETE' })).toBe('');
    expect(upstream.received).toMatchObject([{ method: 'DELETE', body: '' }]);
    expect(upstream.received[0]?.headers).toEqual(always(upstream.url));
  });

  it('has the token byte for byte', async () => {
    await using upstream = await startUpstream((response) => response.end('{}'));
    await using transport = createTransport(upstream.url);
    const token = 'gAAAAAB-_=.~ "quoted", \u00e9\u00ff\u0080';
    await transport.transport.call(read, {
      token: new Token(token),
      requestId: 'r',
      signal: new AbortController().signal,
    });
    expect(upstream.received[0]?.headers).toContainEqual(['x-auth-token', token]);
  });
});

it('leaves no timer and no listener behind', async () => {
  await using upstream = await startUpstream((response, { method }) => {
    if (method === 'GET') response.end('{}');
    else response.destroy();
  });
  await using transport = createTransport(upstream.url, { deadlineMs: 60_000 });
  const caller = new AbortController();
  const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
  const before = timers();
  const calls = 10;
  for (let call = 0; call < calls; call++) {
    await transport.call(read, caller.signal);
    await transport.fail(write, caller.signal);
  }
  // Timers of other tests in this process may end or begin meanwhile.
  expect(timers() - before).toBeLessThan(calls);
  expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
});
