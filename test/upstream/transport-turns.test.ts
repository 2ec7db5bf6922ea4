import { describe, expect, it, vi } from 'vitest';
import { type GatewayError, UpstreamError } from '../../src/errors.ts';
import { Token } from '../../src/token.ts';
import { Breaker } from '../../src/upstream/breaker.ts';
import type { Caller } from '../../src/upstream/call.ts';
import type { CallBudget } from '../../src/upstream/call-budget.ts';
import { FairQueue } from '../../src/upstream/fair-queue.ts';
import { RetryBudget } from '../../src/upstream/retry-budget.ts';
import { createTransport, read, write } from '../support/transport.ts';
import { sendJson, startUpstream } from '../support/upstream.ts';

const caller: Caller = { token: new Token('a token'), requestId: 'req-1', signal: new AbortController().signal };

/** A breaker that opens after this many failures, with a clock that the test sets. */
function createBreaker(failures = 1, pauseMs = 1_500) {
  const clock = { now: 0 };
  return { clock, breaker: new Breaker({ failures, pauseMs, now: () => clock.now, onChange: () => {} }) };
}

/** A server that answers none of the first `held` requests until it is told to. */
async function startHolding(held: number) {
  const holding: (() => void)[] = [];
  const upstream = await startUpstream((response, _request, number) => {
    if (number > held) response.end('{}');
    else holding.push(() => response.end('{}'));
  });
  return { ...upstream, answer: () => holding.shift()?.() };
}

function createBudget() {
  const sizes: number[] = [];
  const budget: CallBudget & { refusal: GatewayError | null } = {
    isVerified: false,
    refusal: null,
    isExceeded: false,
    startCall: () => {},
    receive: (size) => void sizes.push(size),
    acceptToken: () => {},
    refuseToken: () => {},
  };
  return { budget, sizes };
}

describe('a call that is refused before it is sent', () => {
  it('because too many wait says so, is counted, and does not disturb the others', async () => {
    await using upstream = await startHolding(1);
    const refused: string[] = [];
    const queue = new FairQueue({ places: 1, placesPerKey: 1, maxWaiting: 2 });
    await using transport = createTransport(upstream.url, { queue, retries: 2, onRefused: (why) => refused.push(why) });
    const calls = [transport.call(read), transport.call(read)];
    await upstream.arrived(1);
    const error = await transport.fail(write);
    expect(error).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', status: undefined, details: { retryAfter: 1 } });
    expect(error.details.outcome).toBeUndefined();
    expect(error.message).toMatch(/^Could not write: too many calls .* the Images API/);
    expect((await transport.fail(read)).details.retryAfter).toBe(1);
    expect(refused).toEqual(['queue', 'queue']);
    upstream.answer();
    expect(await Promise.all(calls)).toEqual(['{}', '{}']);
    expect(upstream.received).toHaveLength(2);
    expect([queue.inside, queue.waiting]).toEqual([0, 0]);
  });

  it('because upstream is down says when to try again, in whole seconds and at least one', async () => {
    await using upstream = await startUpstream((response) => sendJson(response, 503, {}));
    const refused: string[] = [];
    const { breaker, clock } = createBreaker();
    const onRefused = (why: string) => refused.push(why);
    await using transport = createTransport(upstream.url, { breaker, onRefused });
    await transport.fail(read);
    for (const [now, retryAfter] of [
      [0, 2],
      [499, 2],
      [500, 1],
      [1_499.9, 1],
    ] as const) {
      clock.now = now;
      const error = await transport.fail(read);
      expect(error).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', status: undefined, details: { retryAfter } });
      expect(error.message).toMatch(/^Could not read: the Images API has not answered/);
    }
    expect(refused).toEqual(['breaker', 'breaker', 'breaker', 'breaker']);
    expect(upstream.received).toHaveLength(1);
  });

  it('because upstream is down does not wait for its turn first', async () => {
    await using upstream = await startHolding(1);
    const queue = new FairQueue({ places: 1, placesPerKey: 1, maxWaiting: 10 });
    const { breaker } = createBreaker();
    await using transport = createTransport(upstream.url, { queue, breaker });
    const slow = transport.call(read);
    await upstream.arrived(1);
    breaker.failed();
    expect((await transport.fail(read)).details.retryAfter).toBe(2);
    expect(queue.waiting).toBe(0);
    upstream.answer();
    await slow;
  });

  it('is not retried', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
    await using upstream = await startUpstream((response) => sendJson(response, 503, {}));
    const onRefused = vi.fn();
    await using transport = createTransport(upstream.url, { ...createBreaker(), retries: 2, onRefused });
    expect((await transport.fail(read)).details.retryAfter).toBe(2);
    expect(onRefused).toHaveBeenCalledTimes(1);
    expect(upstream.received).toHaveLength(1);
  });

  it('because upstream went down while it waited leaves its place', async () => {
    await using upstream = await startUpstream((response) => response.destroy());
    const queue = new FairQueue({ places: 1, placesPerKey: 1, maxWaiting: 10 });
    const onRefused = vi.fn();
    await using transport = createTransport(upstream.url, { queue, ...createBreaker(), onRefused });
    const errors = await Promise.all([transport.fail(write), transport.fail(write)]);
    expect(errors.map(({ details }) => details.outcome)).toEqual(['UNKNOWN', undefined]);
    expect(onRefused.mock.calls).toEqual([['breaker']]);
    expect([queue.inside, queue.waiting]).toEqual([0, 0]);
    expect(upstream.received).toHaveLength(1);
  });

  it('because upstream refused its token while it waited leaves its place', async () => {
    await using upstream = await startHolding(1);
    const queue = new FairQueue({ places: 1, placesPerKey: 1, maxWaiting: 10 });
    const onRefused = vi.fn();
    await using transport = createTransport(upstream.url, { queue, ...createBreaker(), onRefused });
    const { budget, sizes } = createBudget();
    const first = transport.call(read);
    const waiting = transport.transport.call(read, { ...caller, budget });
    await upstream.arrived(1);
    budget.refusal = new UpstreamError('UNAUTHENTICATED', 'refused', { status: 401 });
    upstream.answer();
    await first;
    await expect(waiting).rejects.toBe(budget.refusal);
    expect(onRefused).not.toHaveBeenCalled();
    expect([queue.inside, queue.waiting]).toEqual([0, 0]);
    expect(sizes).toEqual([]);
    expect(upstream.received).toHaveLength(1);
  });

  it.each([0, 1, 2, 3])(
    'because its caller left just as it got its turn leaves its place: %i steps later',
    async (steps) => {
      await using upstream = await startHolding(2);
      const queue = new FairQueue({ places: 1, placesPerKey: 1, maxWaiting: 10 });
      await using transport = createTransport(upstream.url, { queue });
      const [first, second] = [new AbortController(), new AbortController()];
      const failed = [first, second].map(({ signal }) => transport.fail(read, signal));
      await upstream.arrived(1);
      first.abort();
      for (let step = 0; step < steps; step++) await null;
      second.abort();
      for (const { message } of await Promise.all(failed)) expect(message).toMatch(/the caller disconnected\.$/);
      expect([queue.inside, queue.waiting]).toEqual([0, 0]);
    },
  );

  it('because its caller has left already does not wait for its turn first', async () => {
    await using upstream = await startHolding(1);
    const queue = new FairQueue({ places: 1, placesPerKey: 1, maxWaiting: 10 });
    await using transport = createTransport(upstream.url, { queue });
    const first = transport.call(read);
    await upstream.arrived(1);
    expect((await transport.fail(read, AbortSignal.abort())).message).toMatch(/the caller disconnected\.$/);
    expect([queue.inside, queue.waiting]).toEqual([1, 0]);
    upstream.answer();
    await first;
  });

  it('because its operation has no time left is a timeout', async () => {
    await using upstream = await startUpstream((response) => response.end('{}'));
    await using transport = createTransport(upstream.url);
    const late = transport.transport.call(write, caller, {
      signal: caller.signal,
      deadline: { at: performance.now() },
    });
    await expect(late).rejects.toMatchObject({ code: 'UPSTREAM_TIMEOUT', details: { outcome: undefined } });
    expect(transport.reports).toEqual([]);
    expect(upstream.received).toHaveLength(0);
  });
});

describe('what the breaker learns of a call', () => {
  it('is nothing from a timeout if the call had little time left when it was sent', async () => {
    await using upstream = await startUpstream(() => {});
    const { breaker } = createBreaker();
    await using transport = createTransport(upstream.url, { breaker });
    const error = transport.transport.call(read, caller, {
      signal: caller.signal,
      deadline: { at: performance.now() + 1_000 },
    });
    await expect(error).rejects.toMatchObject({ code: 'UPSTREAM_TIMEOUT' });
    expect(upstream.received).toHaveLength(1);
    expect(breaker.open).toBe(false);
  });

  it('is that upstream is up from any answer between two failures', async () => {
    await using upstream = await startUpstream((response, _request, number) =>
      number % 2 === 0 ? sendJson(response, 404, {}) : sendJson(response, 503, {}),
    );
    const { breaker } = createBreaker(2);
    await using transport = createTransport(upstream.url, { breaker });
    for (let call = 0; call < 5; call++) await transport.fail(read);
    expect(upstream.received).toHaveLength(5);
    expect(breaker.open).toBe(false);
  });

  it('is nothing from a call whose caller disconnects, also between two failures', async () => {
    await using upstream = await startUpstream((response, _request, number) => {
      if (number !== 2) sendJson(response, 503, {});
    });
    const { breaker } = createBreaker(2);
    await using transport = createTransport(upstream.url, { breaker });
    await transport.fail(read);
    const gone = new AbortController();
    const left = transport.transport.call(read, { ...caller, signal: gone.signal });
    await expect.poll(() => upstream.received).toHaveLength(2);
    gone.abort();
    await expect(left).rejects.toThrow();
    await transport.fail(read);
    expect(breaker.open).toBe(true);
  });

  it('does not depend on the caller of the trial, which may disconnect', async () => {
    await using upstream = await startUpstream((response, _request, number) => {
      if (number === 1) sendJson(response, 503, {});
      if (number === 2) answer = () => response.end('{}');
    });
    let answer = (): unknown => undefined;
    const { breaker, clock } = createBreaker();
    await using transport = createTransport(upstream.url, { breaker });
    await transport.fail(read);
    clock.now = 1_500;
    const leave = new AbortController();
    const trial = transport.fail(write, leave.signal);
    await upstream.arrived(2);
    expect((await transport.fail(read)).details.retryAfter).toBe(2);
    leave.abort();
    expect((await trial).details.outcome).toBe('UNKNOWN');
    expect(breaker.open).toBe(true);
    answer();
    await vi.waitUntil(() => !breaker.open, { timeout: 20_000, interval: 1 });
    expect(transport.reports.map(({ status, failure }) => status ?? failure)).toEqual([503, 200]);
  });

  it('is that upstream is down if its trial call reaches the deadline', async () => {
    await using upstream = await startUpstream((response, _request, number) => {
      if (number === 1) sendJson(response, 503, {});
    });
    const { breaker, clock } = createBreaker();
    await using transport = createTransport(upstream.url, { breaker, deadlineMs: 1_000 });
    await transport.fail(read);
    clock.now = 1_500;
    const leave = new AbortController();
    const trial = transport.fail(read, leave.signal);
    await upstream.arrived(2);
    leave.abort();
    await trial;
    await vi.waitUntil(() => transport.reports.length === 2, { timeout: 20_000, interval: 1 });
    expect(transport.reports[1]?.failure).toBe('timeout');
    expect(breaker.open).toBe(true);
  });
});

describe('a call within the budget of its operation', () => {
  it('counts the size of each response body, of whatever status', async () => {
    const bodies = ['{"a": 1}', '{"message": "no"}'];
    await using upstream = await startUpstream((response, _request, number) => {
      response.writeHead(number === 1 ? 200 : 403);
      response.end(bodies[number - 1]);
    });
    await using transport = createTransport(upstream.url);
    const { budget, sizes } = createBudget();
    await transport.transport.call(read, { ...caller, budget });
    await expect(transport.transport.call(read, { ...caller, budget })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(sizes).toEqual(bodies.map(({ length }) => length));
  });
});

describe('the deadline of a call', () => {
  it('is that of its operation, but no later than the longest time of one call', async () => {
    await using transport = createTransport('http://localhost:1', { deadlineMs: 1_000 });
    const now = performance.now();
    expect(transport.transport.patienceOf({ ...caller, deadlineAt: now + 10 }).deadline.at).toBe(now + 10);
    for (const deadlineAt of [undefined, now + 1_000_000]) {
      const { at } = transport.transport.patienceOf({ ...caller, deadlineAt }).deadline;
      expect(at).toBeGreaterThanOrEqual(now + 1_000);
      expect(at).toBeLessThan(now + 2_000);
    }
  });
});

describe('further attempts', () => {
  const failing = () => startUpstream((response) => sendJson(response, 503, {}));

  it('are made only if the caller allows it', async () => {
    await using upstream = await failing();
    await using transport = createTransport(upstream.url, { retries: 3 });
    vi.spyOn(Math, 'random').mockReturnValue(0);
    const answers = [true, false];
    const mayRetry = vi.fn(() => answers.shift() ?? expect.fail());
    await expect(transport.transport.call(read, { ...caller, mayRetry })).rejects.toMatchObject({ status: 503 });
    expect(upstream.received).toHaveLength(2);
    expect(mayRetry).toHaveBeenCalledTimes(2);
  });

  it('are a share of all calls, once those in reserve are used', async () => {
    for (const [percent, attempts] of [
      [0, 0],
      [50, 19],
      [100, 20],
    ] as const) {
      await using upstream = await failing();
      await using transport = createTransport(upstream.url, { retries: 1, retryBudget: new RetryBudget(percent) });
      vi.spyOn(Math, 'random').mockReturnValue(0);
      for (let call = 0; call < 20; call++) await transport.fail(read);
      expect(upstream.received.length - 20).toBe(attempts);
    }
  });
});

describe('an answer', () => {
  it.each([200, 204, 403, 404, 409])(
    'with status %i is announced when it arrives, before it is processed',
    async (status) => {
      await using upstream = await startUpstream((response) => response.writeHead(status).end());
      const queue = new FairQueue({ places: 1, placesPerKey: 1, maxWaiting: 1 });
      await using transport = createTransport(upstream.url, { queue });
      const inside: number[] = [];
      const patience = { ...transport.transport.patienceOf(caller), onAnswer: () => inside.push(queue.inside) };
      await transport.transport.call(read, caller, patience).catch(() => {});
      inside.push(queue.inside);
      expect(inside).toEqual([1, 0]);
    },
  );

  it.each([413, 429, 500, 503])(
    'with status %i, after which the call is tried again, is announced only when that is answered',
    async (status) => {
      await using upstream = await startUpstream((response, _request, number) => {
        if (number === 1) response.writeHead(status, { 'retry-after': '0' });
        response.end('{}');
      });
      await using transport = createTransport(upstream.url, { retries: 1 });
      const calls: number[] = [];
      const onAnswer = () => calls.push(upstream.received.length);
      const patience = { ...transport.transport.patienceOf(caller), onAnswer };
      await transport.transport.call(read, caller, patience).catch(() => {});
      expect(calls).toEqual([2]);
    },
  );

  it('is followed by no retry if the caller leaves before it is processed', async () => {
    await using upstream = await startUpstream((response) => response.writeHead(503, { 'retry-after': '0' }).end());
    const leave = new AbortController();
    const { breaker } = createBreaker();
    breaker.failed = () => leave.abort();
    const retryBudget = new RetryBudget(0);
    const take = vi.spyOn(retryBudget, 'take');
    await using transport = createTransport(upstream.url, { retries: 2, breaker, retryBudget });
    const error = await transport.fail(read, leave.signal);
    expect(error.message).toMatch(/the caller disconnected\.$/);
    expect(upstream.received).toHaveLength(1);
    // The retries that are left are for the other callers.
    expect(take).not.toHaveBeenCalled();
  });
});
