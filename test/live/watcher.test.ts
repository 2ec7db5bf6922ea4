import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/errors.ts';
import { CallPace } from '../../src/live/call-pace.ts';
import type { Change } from '../../src/live/view.ts';
import { Watchers } from '../../src/live/watchers.ts';
import { Token } from '../../src/token.ts';

const now = (): number => performance.now();

/** A view whose state is a number that a test changes, read by watchers that hardly ever poll by themselves. */
function setUp({ pollIntervalMs = 60_000, perSecond = 1_000 } = {}) {
  let state = 0;
  let reads = 0;
  let failure: Error | null = null;
  const watchers = new Watchers({
    pace: new CallPace(perSecond, now),
    now,
    pollIntervalMs,
    pollIntervalWithEventsMs: pollIntervalMs,
    onRead: () => {},
  });
  const view = {
    async read() {
      reads++;
      if (failure !== null) throw failure;
      return { value: state };
    },
    isSame: (one: { value: number }, other: { value: number }) => one.value === other.value,
    concerns: () => true,
  };
  return {
    watchers,
    set: (value: number) => {
      state = value;
    },
    fail: (error: Error | null) => {
      failure = error;
    },
    reads: () => reads,
    follow: (signal: AbortSignal, token = 'token', key = 'view') =>
      watchers.changes(new Token(token), key, view, signal),
    hint: () => watchers.hint({ kind: 'image', imageId: 'any', mayAppear: false }),
  };
}

type Changes = AsyncGenerator<Change<{ value: number }>>;

async function told(changes: Changes): Promise<[number | null, number]> {
  const { value } = (await changes.next()) as { value: Change<{ value: number }> };
  return [value.before?.value ?? null, value.now.value];
}

describe('subscribers of one view and token', () => {
  it('share one watcher, and each is told what changed since it was told last', async () => {
    const { watchers, follow, set, hint, reads } = setUp();
    const abort = new AbortController();
    const quick = follow(abort.signal);
    const slow = follow(abort.signal);
    expect(await Promise.all([told(quick), told(slow)])).toEqual([
      [null, 0],
      [null, 0],
    ]);
    expect([watchers.size, reads()]).toEqual([1, 1]);
    for (const value of [1, 2]) {
      set(value);
      hint();
      expect(await told(quick)).toEqual([value - 1, value]);
    }
    expect(await told(slow)).toEqual([0, 2]);
    abort.abort(new Error('gone'));
    await Promise.all([quick, slow].map((changes) => expect(changes.next()).rejects.toThrow('gone')));
    expect(watchers.size).toBe(0);
  });

  it('are not told of a change that was undone before they were', async () => {
    const { follow, set, hint } = setUp();
    const abort = new AbortController();
    const quick = follow(abort.signal);
    const slow = follow(abort.signal);
    await Promise.all([told(quick), told(slow)]);
    for (const value of [1, 0]) {
      set(value);
      hint();
      await told(quick);
    }
    set(5);
    hint();
    expect(await told(slow)).toEqual([0, 5]);
    abort.abort();
  });

  it('cost one read, a thousand as much as one', async () => {
    const { follow, set, hint, reads } = setUp();
    const abort = new AbortController();
    const all = Array.from({ length: 1_000 }, () => follow(abort.signal));
    await Promise.all(all.map(told));
    set(1);
    hint();
    await Promise.all(all.map(told));
    expect(reads()).toBe(2);
    abort.abort();
  });

  it('who come later are told a state that was read after they came', async () => {
    const { follow, set } = setUp();
    const abort = new AbortController();
    const first = follow(abort.signal);
    await told(first);
    set(1);
    expect(await told(follow(abort.signal))).toEqual([null, 1]);
    abort.abort();
  });
});

it('other tokens and other views have watchers of their own', async () => {
  const { watchers, follow } = setUp();
  const abort = new AbortController();
  await Promise.all(
    [follow(abort.signal), follow(abort.signal, 'other'), follow(abort.signal, 'token', 'x')].map(told),
  );
  expect(watchers.size).toBe(3);
  abort.abort();
});

describe('a read that fails', () => {
  it('refuses those who just came, and the others are told of changes once it works again', async () => {
    const { follow, set, fail, hint } = setUp();
    const abort = new AbortController();
    const first = follow(abort.signal);
    await told(first);
    const next = told(first);
    fail(new GatewayError('UPSTREAM_UNAVAILABLE', 'away'));
    await expect(follow(abort.signal).next()).rejects.toThrow('away');
    fail(null);
    set(1);
    hint();
    expect(await next).toEqual([0, 1]);
    abort.abort();
  });

  it('ends everyone once the token was refused twice', async () => {
    const { watchers, follow, fail } = setUp();
    const changes = follow(new AbortController().signal);
    await told(changes);
    const next = changes.next();
    next.catch(() => {});
    fail(new GatewayError('UNAUTHENTICATED', 'refused'));
    watchers.setHasEvents(true);
    await sleep(100);
    expect(await Promise.race([next, 'waits'])).toBe('waits');
    await expect(next).rejects.toThrow('refused');
    expect(watchers.size).toBe(0);
  }, 10_000);
});

it('views that nobody watches any more are not read, so others do not wait for them', async () => {
  const { watchers, follow, reads } = setUp({ perSecond: 5 });
  const loop = new AbortController();
  const gone = Array.from({ length: 100 }, (_, index) => follow(loop.signal, 'loop', `view ${index}`));
  const first = gone.map((changes) => told(changes).catch(() => {}));
  await sleep(50);
  loop.abort(new Error('gone'));
  await Promise.all(first);
  await Promise.all(gone.map((changes) => changes.return(undefined)));
  const before = performance.now();
  const abort = new AbortController();
  expect(await told(follow(abort.signal))).toEqual([null, 0]);
  expect(performance.now() - before).toBeLessThan(2_000);
  expect([watchers.size, reads()]).toEqual([1, expect.toSatisfy((count: number) => count < 10)]);
  abort.abort();
});

it('views are polled, and read once when notifications come back', async () => {
  const { watchers, follow, set, reads } = setUp({ pollIntervalMs: 200 });
  const abort = new AbortController();
  const changes = follow(abort.signal);
  await told(changes);
  set(1);
  expect(await told(changes)).toEqual([0, 1]);
  const before = reads();
  watchers.setHasEvents(true);
  set(2);
  expect(await told(changes)).toEqual([1, 2]);
  expect(reads()).toBe(before + 1);
  abort.abort();
});

it('calls keep to their pace: urgent ones first, and in no second more than half as many again as on average', async () => {
  const pace = new CallPace(20, now);
  const at: number[] = [];
  const order: string[] = [];
  const start = now();
  const take = async (urgent: boolean): Promise<void> => {
    await pace.take({ tokenId: 'token', urgent });
    at.push(now() - start);
    order.push(urgent ? 'urgent' : 'poll');
  };
  await Promise.all([
    ...Array.from({ length: 40 }, () => take(false)),
    ...Array.from({ length: 10 }, () => take(true)),
  ]);
  expect(at.at(-1)).toBeGreaterThan(1_300);
  for (const from of at)
    expect(at.filter((time) => time >= from && time < from + 1_000).length).toBeLessThanOrEqual(31);
  expect(order.slice(10, 20)).toEqual(Array.from({ length: 10 }, () => 'urgent'));
});

/** A pace whose `take` waits for an urgent call and records its token in `order`. */
function startPace(perSecond: number) {
  const pace = new CallPace(perSecond, now);
  const order: string[] = [];
  async function take(tokenId: string): Promise<void> {
    await pace.take({ tokenId, urgent: true });
    order.push(tokenId);
  }
  return { take, order };
}

it('tokens take turns: one with many views does not delay another', async () => {
  const { take, order } = startPace(40);
  const many = Array.from({ length: 40 }, () => take('many'));
  await Promise.all([...many, take('one'), take('other'), take('one')]);
  const last = Math.max(order.lastIndexOf('one'), order.lastIndexOf('other'));
  // The first 20 had gone before the others came.
  expect(last).toBeLessThanOrEqual(25);
});

it('a waiting token keeps its turn when others arrive later', async () => {
  const { take, order } = startPace(20);
  await Promise.all(Array.from({ length: 10 }, () => take('first')));
  order.length = 0;
  const late = take('a').then(() => take('late'));
  await Promise.all([late, take('a'), take('b')]);
  expect(order).toEqual(['a', 'b', 'a', 'late']);
});
