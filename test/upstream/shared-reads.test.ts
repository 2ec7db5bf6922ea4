import { getEventListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { CallSignal } from '../../src/call-abort.ts';
import { CallerGone, DeadlineExceeded, type Patience, Wait } from '../../src/upstream/deadline.ts';
import { SharedReads } from '../../src/upstream/shared-reads.ts';
import { collectGarbage } from '../support/garbage.ts';

/** The deadline of a caller that waits this long. */
function patient(ms = 60_000, signal = new AbortController().signal): Patience {
  return { signal, deadline: { at: performance.now() + ms } };
}

const here = patient();

/** A read whose answer the test controls. */
function createRead<T>() {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const made: Patience[] = [];
  const make = (patience: Patience): Promise<T> => {
    made.push(patience);
    patience.signal.addEventListener('abort', { handleEvent: () => reject(patience.signal.reason) });
    return promise;
  };
  return { make, resolve, reject, made };
}

// Comes first: otherwise what other tests have used could be freed in the meantime.
it('callers whose reads have ended take no memory', async () => {
  const reads = new SharedReads();
  const used = (): number => {
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };
  const passThrough = async (callers: number): Promise<void> => {
    for (let number = 0; number < callers; number++) await reads.read(`caller ${number}`, '/x', here, async () => 1);
  };
  await passThrough(1);
  const before = used();
  await passThrough(3_000);
  // Each of them would take more than 300 bytes.
  expect(used() - before).toBeLessThan(500_000);
});

describe('identical reads of one caller', () => {
  it('share one call while it is under way', async () => {
    const reads = new SharedReads();
    const { make, resolve, made } = createRead<number>();
    const answers = Array.from({ length: 1000 }, () => reads.read('a', '/x', here, make));
    resolve(7);
    expect(await Promise.all(answers)).toEqual(Array(1000).fill(7));
    expect(made).toHaveLength(1);
  });

  it('share its failure', async () => {
    const reads = new SharedReads();
    const { make, reject } = createRead<number>();
    const answers = Promise.allSettled([reads.read('a', '/x', here, make), reads.read('a', '/x', here, make)]);
    reject(new Error('refused'));
    expect((await answers).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  it('make a new call once the first has been answered', async () => {
    const reads = new SharedReads();
    let made = 0;
    const make = async (): Promise<number> => ++made;
    expect(await reads.read('a', '/x', here, make)).toBe(1);
    expect(await reads.read('a', '/x', here, make)).toBe(2);
  });

  it('make a new call once the first has failed', async () => {
    const reads = new SharedReads();
    const { make, made, reject } = createRead<string>();
    const first = reads.read('a', '/x', here, make);
    reject(new Error('refused'));
    await expect(first).rejects.toThrow('refused');
    void reads.read('a', '/x', here, make).catch(() => {});
    expect(made).toHaveLength(2);
  });

  it('make a new call once the answer to the first has arrived, even before that is processed', async () => {
    const reads = new SharedReads();
    const first = createRead<string>();
    const second = createRead<string>();
    const early = reads.read('a', '/x', here, first.make);
    first.made[0]?.onAnswer?.();
    const late = reads.read('a', '/x', here, second.make);
    first.resolve('first');
    second.resolve('second');
    expect(await Promise.all([early, late])).toEqual(['first', 'second']);
  });

  it('do not join a read that started before any caller’s write was answered', async () => {
    const reads = new SharedReads();
    const before = createRead<string>();
    const after = createRead<string>();
    const old = reads.read('a', '/x', here, before.make);
    reads.close();
    const fresh = reads.read('a', '/x', here, after.make);
    const joined = reads.read('a', '/x', here, after.make);
    after.resolve('after');
    before.resolve('before');
    expect(await Promise.all([old, fresh, joined])).toEqual(['before', 'after', 'after']);
    expect(after.made).toHaveLength(1);
  });
});

it('a read in progress is shared after another one of its caller has ended', async () => {
  const reads = new SharedReads();
  const { make, resolve, made } = createRead<string>();
  const first = reads.read('a', '/x', here, make);
  await reads.read('a', '/y', here, async () => 'another');
  const second = reads.read('a', '/x', here, make);
  resolve('answer');
  expect(await Promise.all([first, second])).toEqual(['answer', 'answer']);
  expect(made).toHaveLength(1);
});

describe('a read that started after a write was answered', () => {
  it('is still shared once an earlier one has ended', async () => {
    const reads = new SharedReads();
    const before = createRead<string>();
    const after = createRead<string>();
    const old = reads.read('a', '/x', here, before.make);
    reads.close();
    const fresh = reads.read('a', '/x', here, after.make);
    before.resolve('before');
    expect(await old).toBe('before');
    const joined = reads.read('a', '/x', here, after.make);
    after.resolve('after');
    expect(await Promise.all([fresh, joined])).toEqual(['after', 'after']);
    expect(after.made).toHaveLength(1);
  });
});

describe('ten thousand reads in progress', () => {
  /** Starts so many reads, each with a path of its own. */
  function startMany(reads: SharedReads) {
    const many = createRead<string>();
    const signals = new Set<CallSignal>();
    const start = (number: number) => {
      const patience = patient();
      signals.add(patience.signal);
      return reads.read('a', `/${number}`, patience, many.make);
    };
    const answers = Array.from({ length: 10_000 }, (_, number) => start(number));
    return { ...many, answers, start, isUnshared: ({ signal }: Patience) => signals.has(signal) };
  }

  it('are shared, but no further ones until one has ended or a write has been answered', async () => {
    const reads = new SharedReads();
    const goner = new AbortController();
    const ending = createRead<string>();
    const ended = reads.read('a', '/ending', patient(60_000, goner.signal), ending.make);
    const many = startMany(reads);
    expect(many.made).toHaveLength(10_000);
    // The last one was not shared: it is made with the patience of its own caller.
    expect(many.made.findIndex(many.isUnshared)).toBe(9_999);
    many.answers.push(many.start(9_999), many.start(9_998));
    expect(many.made).toHaveLength(10_001);

    goner.abort();
    await expect(ended).rejects.toBeInstanceOf(CallerGone);
    many.answers.push(many.start(9_999), many.start(9_999));
    expect(many.made).toHaveLength(10_002);

    reads.close();
    many.answers.push(many.start(9_999), many.start(9_999));
    expect(many.made).toHaveLength(10_003);
    many.resolve('answer');
    expect(new Set(await Promise.all(many.answers))).toEqual(new Set(['answer']));
  });
});

describe('reads that differ', () => {
  it.each([
    ['another caller', 'b', '/x'],
    ['another path', 'a', '/y'],
  ])('are not shared: %s', async (_what, callerKey, readKey) => {
    const reads = new SharedReads();
    const one = createRead<string>();
    const other = createRead<string>();
    const answers = [reads.read('a', '/x', here, one.make), reads.read(callerKey, readKey, here, other.make)];
    one.resolve('one');
    other.resolve('other');
    expect(await Promise.all(answers)).toEqual(['one', 'other']);
  });
});

describe('a caller that goes away', () => {
  it('before its read starts neither joins nor starts one', async () => {
    const reads = new SharedReads();
    const gone = patient(1_000, AbortSignal.abort());
    const under = createRead<string>();
    const own = createRead<string>();
    const shared = reads.read('a', '/x', here, under.make);
    own.resolve('told to go');
    expect(await reads.read('a', '/x', gone, own.make)).toBe('told to go');
    expect(own.made).toEqual([gone]);
    under.resolve('the answer');
    expect(await shared).toBe('the answer');
  });

  it.each([
    ['leaves the read to the callers that still wait', 60_000, 0],
    ['is not counted again when its deadline passes', 20, 30],
  ])('%s', async (_what, patienceMs, laterMs) => {
    const reads = new SharedReads();
    const { make, resolve, made } = createRead<string>();
    const goner = new AbortController();
    const left = reads.read('a', '/x', patient(patienceMs, goner.signal), make);
    const stays = reads.read('a', '/x', here, make);
    goner.abort();
    await expect(left).rejects.toBeInstanceOf(CallerGone);
    await sleep(laterMs);
    expect(made[0]?.signal.aborted).toBe(false);
    resolve('answer');
    expect(await stays).toBe('answer');
  });

  it('ends the read if it was the last, and the ended read is not joined', async () => {
    const reads = new SharedReads();
    const ended = createRead<string>();
    const goner = new AbortController();
    const left = reads.read('a', '/x', patient(60_000, goner.signal), ended.make);
    goner.abort();
    const next = createRead<string>();
    const later = reads.read('a', '/x', here, next.make);
    next.resolve('next');
    await expect(left).rejects.toBeInstanceOf(CallerGone);
    expect(ended.made[0]?.signal.reason).toBeInstanceOf(CallerGone);
    expect(await later).toBe('next');
  });
});

describe('a read that all callers have left', () => {
  /** Starts a read, lets its only caller leave, and returns the signal of the read. */
  async function leave(listen: (signal: CallSignal) => void): Promise<CallSignal> {
    const goner = new AbortController();
    const { promise, resolve } = Promise.withResolvers<CallSignal>();
    const left = new SharedReads().read('a', '/x', patient(60_000, goner.signal), ({ signal }) => {
      listen(signal);
      resolve(signal);
      return new Promise(() => {});
    });
    const signal = await promise;
    expect([signal.aborted, signal.reason]).toEqual([false, undefined]);
    goner.abort();
    await expect(left).rejects.toBeInstanceOf(CallerGone);
    return signal;
  }

  it('tells the call, and says why', async () => {
    let told = 0;
    const signal = await leave((listening) => listening.addEventListener('abort', { handleEvent: () => void told++ }));
    expect([told, signal.aborted, signal.reason]).toEqual([1, true, expect.any(CallerGone)]);
  });

  it('disturbs no call that does not listen yet, or no longer', async () => {
    expect((await leave(() => {})).aborted).toBe(true);
    let told = 0;
    await leave((listening) => {
      const listener = { handleEvent: () => void told++ };
      listening.addEventListener('abort', listener);
      listening.removeEventListener('abort', listener);
    });
    expect(told).toBe(0);
  });
});

describe('the deadline', () => {
  it('of one caller does not affect another caller, which gets the answer', async () => {
    const reads = new SharedReads();
    const { make, resolve, made } = createRead<string>();
    const hasty = reads.read('a', '/x', patient(20), make);
    const other = reads.read('a', '/x', patient(), make);
    await expect(hasty).rejects.toBeInstanceOf(DeadlineExceeded);
    expect(made[0]?.signal.aborted).toBe(false);
    resolve('answer');
    expect(await other).toBe('answer');
    expect(made).toHaveLength(1);
  });

  it('of a joining caller is not extended by that of the first caller', async () => {
    const reads = new SharedReads();
    const { make, resolve } = createRead<string>();
    const first = reads.read('a', '/x', patient(), make);
    const hasty = reads.read('a', '/x', patient(20), make);
    await expect(hasty).rejects.toBeInstanceOf(DeadlineExceeded);
    resolve('answer');
    expect(await first).toBe('answer');
  });

  it('of the read is the latest of all callers', async () => {
    const reads = new SharedReads();
    const { make, resolve, made } = createRead<string>();
    const first = patient(1_000);
    const second = patient(5_000);
    const answers = [reads.read('a', '/x', first, make), reads.read('a', '/x', second, make)];
    answers.push(reads.read('a', '/x', patient(2_000), make));
    expect(made[0]?.deadline.at).toBe(second.deadline.at);
    resolve('answer');
    expect(await Promise.all(answers)).toEqual(['answer', 'answer', 'answer']);
  });

  it('of the read is kept by its callers, so that the call needs no timer of its own', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const answer = new SharedReads().read('a', '/x', patient(), async (patience) => {
      const wait = new Wait(patience, () => {});
      await null;
      wait.end();
      return vi.getTimerCount();
    });
    expect(vi.getTimerCount()).toBe(1);
    expect(await answer).toBe(1);
  });

  it('ends the read with an error once no caller has time left', async () => {
    const reads = new SharedReads();
    const { make, made } = createRead<string>();
    const goner = new AbortController();
    const gone = reads.read('a', '/x', patient(60_000, goner.signal), make);
    const hasty = reads.read('a', '/x', patient(20), make);
    goner.abort();
    await expect(gone).rejects.toBeInstanceOf(CallerGone);
    await expect(hasty).rejects.toBeInstanceOf(DeadlineExceeded);
    expect(made[0]?.signal.reason).toBeInstanceOf(DeadlineExceeded);
  });

  it.each(['answered', 'failed', 'given up'])(
    'leaves no timer and no listener behind if the read is %s',
    async (how) => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      onTestFinished(() => void vi.useRealTimers());
      const reads = new SharedReads();
      const { make, resolve, reject } = createRead<string>();
      const caller = new AbortController();
      const ask = () => reads.read('a', '/x', patient(60_000, caller.signal), make);
      const answers = Promise.allSettled([ask(), ask()]);
      expect(vi.getTimerCount()).toBe(2);
      if (how === 'answered') resolve('answer');
      if (how === 'failed') reject(new Error('refused'));
      if (how === 'given up') caller.abort();
      await answers;
      expect(vi.getTimerCount()).toBe(0);
      expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
    },
  );
});
