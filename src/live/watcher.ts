import { LeakFreeMap } from '../collections/leak-free-map.ts';
import { type ErrorCode, GatewayError } from '../errors.ts';
import type { CallPace, Ticket } from './call-pace.ts';
import type { Change, Hint } from './view.ts';

/** The reason for a read. */
export type ReadCause = 'start' | 'poll' | 'hint' | 'delivery' | 'recheck';

/** A view, bound to one token. */
export interface Watched<State> {
  read(previous: State | null): Promise<State>;
  isSame(one: State, other: State): boolean;
  concerns(hint: Hint, state: State | null): boolean;
}

/** The timing of reads. */
export interface Rhythm {
  readonly pace: CallPace;
  /** The time between two polls, in milliseconds; it may change. */
  readonly intervalMs: () => number;
  /** Returns the current time in milliseconds. */
  readonly now: () => number;
  readonly onRead: (cause: ReadCause, result: 'ok' | 'error') => void;
}

/** A state, and when it was read. */
interface Reading<State> {
  readonly state: State;
  readonly at: number;
  /** Counts the changes of the view. */
  readonly revision: number;
}

/** Maximum age of a state when a payload is created from it; an older state is read again first. */
const freshMs = 500;

/** Hints within this time share one read. */
const hintGapMs = 500;

/** Delay before a refused token is retried: the Images API also answers 401 while it cannot reach Keystone. */
const recheckMs = 5_000;

/** Consecutive refusals of the token that end its subscriptions. */
const maxRefusals = 2;

const refusals: ReadonlySet<ErrorCode> = new Set(['UNAUTHENTICATED', 'FORBIDDEN']);

/**
 * Watches one view of one token for all of its subscribers. Reads the view at intervals and after hints, and wakes the
 * subscribers when it has changed. Keeps only the latest state: each subscriber compares it with the last state it
 * received, so a slow subscriber misses nothing and needs no buffer.
 */
export class Watcher<State> {
  readonly #tokenId: string;
  readonly #watched: Watched<State>;
  readonly #rhythm: Rhythm;
  readonly #onIdle: () => void;
  /** Subscribers that wait for the next read. */
  readonly #waiting = new LeakFreeMap<object, { readonly wake: () => void; readonly fail: (error: unknown) => void }>();
  #subscribers = 0;
  #reading: Reading<State> | null = null;
  /** A read that has not started yet, which further callers can share. */
  #next: { readonly reading: Promise<Reading<State>>; readonly ticket: Ticket } | null = null;
  #running: Promise<unknown> = Promise.resolve();
  #pollTimer: NodeJS.Timeout | undefined;
  #hintTimer: NodeJS.Timeout | undefined;
  #hintedAt = Number.NEGATIVE_INFINITY;
  #refusals = 0;

  /** @param onIdle is called when the last subscriber has left. */
  constructor(tokenId: string, watched: Watched<State>, rhythm: Rhythm, onIdle: () => void) {
    this.#tokenId = tokenId;
    this.#watched = watched;
    this.#rhythm = rhythm;
    this.#onIdle = onIdle;
  }

  /**
   * Follows the view until the signal aborts.
   *
   * @throws GatewayError if the first read fails or the token is refused; the signal's reason when it aborts.
   */
  async *changes(signal: AbortSignal): AsyncGenerator<Change<State>> {
    this.#subscribers++;
    try {
      let before: State | null = null;
      let reading = await orAborted(this.refresh('start'), signal);
      for (;;) {
        yield { before, now: reading.state };
        before = reading.state;
        reading = await this.#waitForChange(reading, signal);
      }
    } finally {
      if (--this.#subscribers === 0) this.#stop();
    }
  }

  /** Reads the view. @returns a reading that starts after this call; all calls before its start share it. */
  refresh(cause: ReadCause): Promise<Reading<State>> {
    const urgent = cause !== 'poll';
    if (this.#next !== null) this.#next.ticket.urgent ||= urgent;
    else {
      // Otherwise, a client that subscribes and leaves in a loop would fill the queue with reads that nobody needs.
      const ticket = { tokenId: this.#tokenId, urgent, isWanted: () => this.#subscribers > 0 };
      const reading = this.#readInTurn(ticket, cause);
      // Waiting subscribers get the error; nobody waits for a poll.
      reading.catch(() => {});
      this.#next = { reading, ticket };
    }
    return this.#next.reading;
  }

  /** Schedules a read if the hint may affect the view. */
  hint(hint: Hint): void {
    if (this.#hintTimer !== undefined || !this.#watched.concerns(hint, this.#reading?.state ?? null)) return;
    const waitMs = Math.max(0, this.#hintedAt + hintGapMs - this.#rhythm.now());
    this.#hintTimer = setTimeout(() => {
      this.#hintTimer = undefined;
      this.#hintedAt = this.#rhythm.now();
      this.refresh('hint').catch(() => {});
    }, waitMs);
  }

  /** Restarts the timer for the next poll. */
  schedule(): void {
    clearTimeout(this.#pollTimer);
    if (this.#subscribers === 0) return;
    const isDoubted = this.#refusals > 0;
    // Jitter separates the polls of watchers that started at the same time.
    const waitMs = isDoubted ? recheckMs : this.#rhythm.intervalMs() * (0.9 + 0.1 * Math.random());
    this.#pollTimer = setTimeout(() => this.refresh(isDoubted ? 'recheck' : 'poll').catch(() => {}), waitMs);
  }

  async #readInTurn(ticket: Ticket, cause: ReadCause): Promise<Reading<State>> {
    await this.#running;
    await this.#rhythm.pace.take(ticket);
    this.#next = null;
    const reading = this.#read(cause);
    this.#running = reading.catch(() => {});
    return reading;
  }

  async #read(cause: ReadCause): Promise<Reading<State>> {
    const previous = this.#reading;
    try {
      const state = await this.#watched.read(previous?.state ?? null);
      const isChanged = previous === null || !this.#watched.isSame(previous.state, state);
      const revision = (previous?.revision ?? 0) + (isChanged ? 1 : 0);
      const reading = { state, at: this.#rhythm.now(), revision };
      this.#reading = reading;
      this.#refusals = 0;
      this.#rhythm.onRead(cause, 'ok');
      this.#wakeAll();
      return reading;
    } catch (error) {
      this.#rhythm.onRead(cause, 'error');
      const isRefused = error instanceof GatewayError && refusals.has(error.code);
      this.#refusals = isRefused ? this.#refusals + 1 : 0;
      if (this.#refusals >= maxRefusals) this.#failAll(error);
      throw error;
    } finally {
      this.schedule();
    }
  }

  /** Waits for a fresh reading that differs from the last state that a subscriber received. */
  async #waitForChange(told: Reading<State>, signal: AbortSignal): Promise<Reading<State>> {
    let compared = told.revision;
    for (;;) {
      const reading = this.#reading ?? told;
      if (reading.revision !== compared && this.#watched.isSame(told.state, reading.state)) compared = reading.revision;
      if (reading.revision === compared) await this.#wait(signal);
      else if (this.#rhythm.now() - reading.at <= freshMs) return reading;
      else
        await orAborted(
          this.refresh('delivery').catch(() => this.#wait(signal)),
          signal,
        );
    }
  }

  /** Waits for the next reading. */
  #wait(signal: AbortSignal): Promise<void> {
    const key = {};
    const reading = new Promise<void>((wake, fail) => this.#waiting.set(key, { wake, fail }));
    return orAborted(reading, signal).finally(() => this.#waiting.delete(key));
  }

  #wakeAll(): void {
    for (const [, { wake }] of this.#waiting.entries()) wake();
  }

  #failAll(error: unknown): void {
    for (const [, { fail }] of this.#waiting.entries()) fail(error);
  }

  #stop(): void {
    clearTimeout(this.#pollTimer);
    clearTimeout(this.#hintTimer);
    this.#hintTimer = undefined;
    this.#onIdle();
  }
}

/** Waits for a promise until the signal aborts. @throws the reason of the signal. */
async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let onAbort = (): void => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
