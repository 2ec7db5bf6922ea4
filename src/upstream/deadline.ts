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

/** How long a caller waits. */
export interface Patience {
  /** Aborts when the caller disconnects. */
  readonly signal: AbortSignal;
  readonly deadline: Deadline;
}

/**
 * Calls back when a caller stops waiting: when it disconnects, or when the deadline has passed, even if that is extended in
 * the meantime. An object instead of closures, because thousands of calls may wait, and garbage collections copy them all.
 */
export class WaitLimit {
  readonly #patience: Patience;
  readonly #giveUp: (reason: GaveUp) => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(patience: Patience, giveUp: (reason: GaveUp) => void) {
    this.#patience = patience;
    this.#giveUp = giveUp;
    patience.signal.addEventListener('abort', this.#onAbort, { once: true });
    this.#arm();
  }

  // An object with `handleEvent` would need no closure, but garbage collections then take two to three times as long.
  readonly #onAbort = (): void => {
    this.end();
    this.#giveUp(toReason(this.#patience.signal));
  };

  /** Ends the wait: there will be no call back. */
  end(): void {
    clearTimeout(this.#timer);
    this.#patience.signal.removeEventListener('abort', this.#onAbort);
  }

  #arm(): void {
    this.#timer = setTimeout(check, Math.max(0, this.#patience.deadline.at - performance.now()), this);
  }

  /** The timer has ended, but the deadline may have been extended. */
  check(): void {
    if (isOver(this.#patience.deadline)) {
      this.end();
      this.#giveUp(new DeadlineExceeded());
    } else this.#arm();
  }
}

function check(limit: WaitLimit): void {
  limit.check();
}

/** Why a signal was aborted. */
export function toReason({ reason }: AbortSignal): GaveUp {
  return reason instanceof DeadlineExceeded ? reason : new CallerGone();
}

/** Timers may fire up to a millisecond early, and less than that is too short for any call. */
export function isOver({ at }: Deadline): boolean {
  return at - performance.now() < 1;
}
