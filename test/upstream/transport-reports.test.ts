import { describe, expect, it, vi } from 'vitest';
import { Token } from '../../src/token.ts';
import type { CallTrace, OperationTrace, TracedCall } from '../../src/tracing/trace.ts';
import { NoAnswer, UnusableAnswer } from '../../src/upstream/attempt.ts';
import type { Call, Caller } from '../../src/upstream/call.ts';
import { CallerGone, DeadlineExceeded } from '../../src/upstream/deadline.ts';
import { imagesApi } from '../../src/upstream/images-client.ts';
import { createTransport, read, write } from '../support/transport.ts';
import { sendJson, startUpstream } from '../support/upstream.ts';

const caller: Caller = { token: new Token('a token'), requestId: 'req-1', signal: new AbortController().signal };

function createTrace() {
  const started: TracedCall[] = [];
  const ended: unknown[] = [];
  const trace: OperationTrace = {
    ids: { trace_id: 'a', span_id: 'b', trace_flags: '01' },
    startCall(call): CallTrace {
      const number = started.push(call);
      const ids = { trace_id: 'a', span_id: `span-${number}`, trace_flags: '01' };
      return {
        ids,
        headers: ['traceparent', `parent-${number}`],
        end: ({ status, failure }) => ended.push([status, failure]),
      };
    },
    end: () => {},
  };
  return { trace, started, ended };
}

describe('the trace of an operation', () => {
  it('has each attempt of a call, without its ids, and upstream receives it', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
    await using upstream = await startUpstream((response, _request, number) =>
      number === 1 ? response.destroy() : sendJson(response, 200, {}),
    );
    await using transport = createTransport(upstream.url, { retries: 1, basePath: '/image/v2' });
    const { trace, started, ended } = createTrace();
    await transport.transport.call({ ...read, path: '/images/1/members?limit=1' }, { ...caller, trace });
    const call = { method: 'GET', origin: upstream.url, template: '/image/v2/images/{image_id}/members' };
    expect(started).toEqual([
      { ...call, attempt: 1 },
      { ...call, attempt: 2 },
    ]);
    expect(ended).toEqual([
      [undefined, 'unreachable'],
      [200, undefined],
    ]);
    const parents = upstream.received.map(({ headers }) => headers.filter(([name]) => name === 'traceparent'));
    expect(parents).toEqual([[['traceparent', 'parent-1']], [['traceparent', 'parent-2']]]);
    expect(upstream.received[1]?.headers).toContainEqual(['x-auth-token', 'a token']);
    expect(transport.reports.map(({ span_id }) => span_id)).toEqual(['span-1', 'span-2']);
  });
});

it('the report of an attempt has its duration', async () => {
  await using upstream = await startUpstream((response) => void setTimeout(() => response.end('{}'), 20));
  await using transport = createTransport(upstream.url);
  const start = performance.now();
  await transport.call(read);
  const elapsed = performance.now() - start;
  const { durationMs } = transport.reports[0] ?? expect.fail();
  expect(durationMs).toBeGreaterThan(15);
  expect(durationMs).toBeLessThanOrEqual(elapsed);
});

it('rows that were left out are reported with the name of the operation', async () => {
  const onDropped = vi.fn();
  await using transport = createTransport('http://localhost:1', { onDropped });
  transport.transport.dropped(read, 3);
  expect(onDropped.mock.calls).toEqual([['getImage', 3]]);
  expect(transport.transport.service).toBe(imagesApi);
});

describe('the error of a call', () => {
  it.each([
    ['does not answer in time', 50, 'UPSTREAM_TIMEOUT', NoAnswer],
    ['sends too much', 10_000, 'UPSTREAM_INVALID_RESPONSE', UnusableAnswer],
    ['hangs up', 10_000, 'UPSTREAM_UNAVAILABLE', NoAnswer],
  ])(
    'to an upstream that %s says what failed and which API, and keeps its cause',
    async (what, deadlineMs, code, cause) => {
      await using upstream = await startUpstream((response) => {
        if (what === 'hangs up') response.destroy();
        if (what === 'sends too much') response.end('x'.repeat(1_025));
      });
      await using transport = createTransport(upstream.url, { deadlineMs });
      const error = await transport.fail(read);
      expect(error.code).toBe(code);
      expect(error.message).toMatch(/^Could not read: the Images API [a-z ,]+\.$/);
      expect(error.cause).toBeInstanceOf(cause);
    },
  );

  it('of a caller that disconnected says what failed, and keeps its cause', async () => {
    await using upstream = await startUpstream(() => {});
    await using transport = createTransport(upstream.url);
    const leave = new AbortController();
    const failed = transport.fail(read, leave.signal);
    await upstream.arrived(1);
    leave.abort();
    expect((await failed).message).toMatch(/^Could not read: the caller [a-z]+\.$/);
    expect((await failed).cause).toBeInstanceOf(NoAnswer);
  });

  it('whose callers have no time left is a timeout, even if they gave up together', async () => {
    await using upstream = await startUpstream(() => {});
    await using transport = createTransport(upstream.url);
    const expired = new AbortController();
    const failed = transport.fail(read, expired.signal);
    await upstream.arrived(1);
    expired.abort(new DeadlineExceeded());
    expect((await failed).code).toBe('UPSTREAM_TIMEOUT');
    expect((await transport.fail(read, expired.signal)).code).toBe('UPSTREAM_TIMEOUT');
  });

  it('that continues for other callers depends on why this caller gave up', async () => {
    await using transport = createTransport('http://localhost:1');
    for (const [reason, code] of [
      [new DeadlineExceeded(), 'UPSTREAM_TIMEOUT'],
      [new CallerGone(), 'UPSTREAM_UNAVAILABLE'],
    ] as const) {
      const error = transport.transport.toGiveUpError(write, reason);
      expect(error).toMatchObject({ code, cause: reason });
      expect(error.details.outcome).toBeUndefined();
    }
  });
});

describe('the headers of a call', () => {
  const headersOf = async (call: Call) => {
    await using upstream = await startUpstream((response) => response.end('{}'));
    await using transport = createTransport(upstream.url);
    await transport.call(call);
    return upstream.received[0]?.headers ?? expect.fail();
  };

  it('about its own token include it as the subject', async () => {
    expect(await headersOf({ ...read, isAboutToken: true })).toContainEqual(['x-subject-token', 'a token']);
  });

  it('with a body have its media type', async () => {
    const headers = await headersOf({ ...write, mediaType: 'application/x-patch' });
    expect(headers.filter(([name]) => name === 'content-type')).toEqual([['content-type', 'application/x-patch']]);
  });
});
