import type { AbortListener, CallSignal } from '../call-abort.ts';

/** Why a caller stops waiting for a call. */
export abstract class GaveUp extends Error {}

/** The deadline of the call has passed. */
export class DeadlineExceeded extends GaveUp {}

/** The caller disconnected. */
export class CallerGone extends GaveUp {}

/** When a call must be finished, on the `performance` clock. May be extended while the call is in progress. */
export interface Deadline {
  readonly at: number;
}

/** Until when a caller waits: the deadline, or its disconnection. */
export interface Patience {
  /** Aborts when the caller disconnects; for a shared read, when all its callers have given up. */
  readonly signal: CallSignal;
  readonly deadline: Deadline;
  /** Is called when an answer has arrived after which the call is not tried again, before it is processed. */
  readonly onAnswer?: () => void;
  /** False if `signal` aborts at the deadline anyway. */
  readonly needsTimer?: false;
}

/**
 * One caller's wait. Calls back when the caller disconnects, and when the deadline passes, which may be extended until
 * then. One object for the timer and the listener, because thousands of calls may wait, and garbage collections copy them.
 */
export class Wait implements AbortListener {
  readonly #patience: Patience;
  readonly #onGiveUp: (reason: GaveUp) => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(patience: Patience, onGiveUp: (reason: GaveUp) => void) {
    this.#patience = patience;
    this.#onGiveUp = onGiveUp;
    patience.signal.addEventListener('abort', this);
    if (patience.needsTimer !== false) this.#arm();
  }

  /** Ends the wait. */
  end(): void {
    clearTimeout(this.#timer);
    this.#patience.signal.removeEventListener('abort', this);
  }

  /** The caller has disconnected. */
  handleEvent(): void {
    this.#onGiveUp(toReason(this.#patience.signal));
  }

  #arm(): void {
    // The timer passes `this` as an argument: a closure for each would take memory.
    this.#timer = setTimeout(Wait.#check, Math.max(0, this.#patience.deadline.at - performance.now()), this);
  }

  static #check(wait: Wait): void {
    if (isOver(wait.#patience.deadline)) wait.#onGiveUp(new DeadlineExceeded());
    else wait.#arm();
  }
}

/** Why a signal was aborted. For a shared read, the deadlines of all its callers may have passed. */
export function toReason({ reason }: CallSignal): GaveUp {
  return reason instanceof DeadlineExceeded ? reason : new CallerGone();
}

/** Timers may fire up to a millisecond early, and less than that is too short for any call. */
export function isOver({ at }: Deadline): boolean {
  return at - performance.now() < 1;
}
