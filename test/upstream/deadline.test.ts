import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CallAbort } from '../../src/call-abort.ts';
import { CallerGone, DeadlineExceeded, type GaveUp, isOver, Wait } from '../../src/upstream/deadline.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A wait of a second, and the reasons with which it has called back. */
function startWait() {
  const caller = new AbortController();
  const deadline = { at: performance.now() + 1_000 };
  const reasons: GaveUp[] = [];
  const wait = new Wait({ signal: caller.signal, deadline }, (reason) => reasons.push(reason));
  return { caller, deadline, reasons, wait };
}

describe('a wait', () => {
  it('calls back when the deadline passes, and not before', () => {
    const { reasons } = startWait();
    vi.advanceTimersByTime(998);
    expect(reasons).toEqual([]);
    vi.advanceTimersToNextTimer();
    expect(reasons).toEqual([expect.any(DeadlineExceeded)]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('calls back at the extended deadline', () => {
    const { deadline, reasons } = startWait();
    deadline.at += 500;
    vi.advanceTimersByTime(1_498);
    expect(reasons).toEqual([]);
    vi.advanceTimersByTime(2);
    expect(reasons).toEqual([expect.any(DeadlineExceeded)]);
  });

  it('calls back when the caller disconnects, and still at the deadline', () => {
    const { caller, reasons } = startWait();
    caller.abort();
    expect(reasons).toEqual([expect.any(CallerGone)]);
    vi.advanceTimersByTime(1_000);
    expect(reasons).toEqual([expect.any(CallerGone), expect.any(DeadlineExceeded)]);
  });

  it('reports that the deadlines of all callers of a shared read have passed', () => {
    const { caller, reasons } = startWait();
    caller.abort(new DeadlineExceeded());
    expect(reasons).toEqual([expect.any(DeadlineExceeded)]);
  });

  it('leaves the deadline to a signal that aborts at it anyway', () => {
    const { signal, deadline } = { signal: new CallAbort(), deadline: { at: performance.now() + 1_000 } };
    const reasons: GaveUp[] = [];
    const wait = new Wait({ signal, deadline, needsTimer: false }, (reason) => reasons.push(reason));
    expect(vi.getTimerCount()).toBe(0);
    const reason = new DeadlineExceeded();
    signal.abort(reason);
    expect(reasons).toEqual([reason]);
    wait.end();
  });

  it('never calls back once it has ended, and leaves neither a timer nor a listener', () => {
    const { caller, reasons, wait } = startWait();
    wait.end();
    expect(vi.getTimerCount()).toBe(0);
    expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
    caller.abort();
    vi.advanceTimersByTime(2_000);
    expect(reasons).toEqual([]);
  });
});

it('a deadline less than a millisecond away has passed', () => {
  expect(isOver({ at: performance.now() + 1 })).toBe(false);
  expect(isOver({ at: performance.now() + 0.9 })).toBe(true);
});
