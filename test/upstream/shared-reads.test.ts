import { describe, expect, it } from 'vitest';
import { SharedReads } from '../../src/upstream/shared-reads.ts';

const here = new AbortController().signal;

/** A read whose answer is in the test's hands. */
function createRead<T>() {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const signals: AbortSignal[] = [];
  const make = (signal: AbortSignal): Promise<T> => {
    signals.push(signal);
    signal.addEventListener('abort', () => reject(new Error('aborted')));
    return promise;
  };
  return { make, resolve, reject, signals };
}

describe('identical reads of one caller', () => {
  it('share one call while it is under way', async () => {
    const reads = new SharedReads();
    const { make, resolve, signals } = createRead<number>();
    const answers = Array.from({ length: 1000 }, () => reads.read('a', '/x', here, make));
    resolve(7);
    expect(await Promise.all(answers)).toEqual(Array(1000).fill(7));
    expect(signals).toHaveLength(1);
  });

  it('share its failure too', async () => {
    const reads = new SharedReads();
    const { make, reject } = createRead<number>();
    const answers = Promise.allSettled([reads.read('a', '/x', here, make), reads.read('a', '/x', here, make)]);
    reject(new Error('refused'));
    expect((await answers).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  it('are calls of their own once the first has been answered', async () => {
    const reads = new SharedReads();
    let made = 0;
    const make = async (): Promise<number> => ++made;
    expect(await reads.read('a', '/x', here, make)).toBe(1);
    expect(await reads.read('a', '/x', here, make)).toBe(2);
  });

  it('do not share with one that began before a write', async () => {
    const reads = new SharedReads();
    const before = createRead<string>();
    const after = createRead<string>();
    const old = reads.read('a', '/x', here, before.make);
    reads.forget('a');
    const fresh = reads.read('a', '/x', here, after.make);
    const joined = reads.read('a', '/x', here, after.make);
    after.resolve('after');
    before.resolve('before');
    expect(await Promise.all([old, fresh, joined])).toEqual(['before', 'after', 'after']);
    expect(after.signals).toHaveLength(1);
  });
});

describe('reads that differ', () => {
  it.each([
    ['another caller', 'b', '/x'],
    ['another path', 'a', '/y'],
  ])('share nothing: %s', async (_what, callerKey, readKey) => {
    const reads = new SharedReads();
    const one = createRead<string>();
    const other = createRead<string>();
    const answers = [reads.read('a', '/x', here, one.make), reads.read(callerKey, readKey, here, other.make)];
    one.resolve('one');
    other.resolve('other');
    expect(await Promise.all(answers)).toEqual(['one', 'other']);
  });

  it('go on when another caller writes', async () => {
    const reads = new SharedReads();
    const { make, resolve, signals } = createRead<string>();
    const first = reads.read('a', '/x', here, make);
    reads.forget('b');
    const second = reads.read('a', '/x', here, make);
    resolve('shared');
    expect(await Promise.all([first, second])).toEqual(['shared', 'shared']);
    expect(signals).toHaveLength(1);
  });
});

describe('a caller that goes away', () => {
  it('before its read begins neither joins one nor leaves one behind', async () => {
    const reads = new SharedReads();
    const gone = AbortSignal.abort();
    const under = createRead<string>();
    const own = createRead<string>();
    const shared = reads.read('a', '/x', here, under.make);
    own.resolve('told to go');
    expect(await reads.read('a', '/x', gone, own.make)).toBe('told to go');
    expect(own.signals).toEqual([gone]);
    under.resolve('the answer');
    expect(await shared).toBe('the answer');
  });

  it('leaves the read to those who still wait', async () => {
    const reads = new SharedReads();
    const { make, resolve, signals } = createRead<string>();
    const goner = new AbortController();
    const left = reads.read('a', '/x', goner.signal, make);
    const stays = reads.read('a', '/x', here, make);
    goner.abort();
    expect(signals[0]?.aborted).toBe(false);
    resolve('answer');
    expect(await Promise.all([left, stays])).toEqual(['answer', 'answer']);
  });

  it('ends the read when it was the last, and nobody joins what was ended', async () => {
    const reads = new SharedReads();
    const ended = createRead<string>();
    const goner = new AbortController();
    const left = reads.read('a', '/x', goner.signal, ended.make);
    goner.abort();
    const next = createRead<string>();
    const later = reads.read('a', '/x', here, next.make);
    next.resolve('next');
    await expect(left).rejects.toThrow('aborted');
    expect(await later).toBe('next');
  });
});
