export interface BreakerOptions {
  /** After how many failures in a row to open; 0: never. */
  readonly failures: number;
  /** How long to stay open before one call is let through. */
  readonly pauseMs: number;
  /** Gives milliseconds. */
  readonly now: () => number;
  /** Is called with every change. */
  readonly onChange: (open: boolean) => void;
}

/** What a call may do: go on, go on and try for all others, or not be made. */
export type Pass = 'go' | 'trial' | 'stop';

/**
 * Stops calls to an upstream that fails every time. Only failures in a row count: while anyone gets an answer, the
 * failures of others, whose tokens may be all that is wrong, shut nobody out. While it is open, one call after each pause
 * is a trial for all others. A trial must come to an end, by `succeeded` or `failed`, even if its caller goes away: else
 * callers who go away all the time would keep the breaker open.
 */
export class Breaker {
  readonly #options: BreakerOptions;
  #failures = 0;
  /** When the next call is let through; undefined while all are. */
  #nextTryAt: number | undefined;

  constructor(options: BreakerOptions) {
    this.#options = options;
  }

  get open(): boolean {
    return this.#nextTryAt !== undefined;
  }

  /** For how many milliseconds calls are stopped; 0 while they may pass, or try to. */
  waitMs(): number {
    return this.#nextTryAt === undefined ? 0 : Math.max(0, this.#nextTryAt - this.#options.now());
  }

  /** To be called right before a call is made. */
  pass(): Pass {
    if (this.#nextTryAt === undefined) return 'go';
    if (this.waitMs() > 0) return 'stop';
    this.#nextTryAt = this.#options.now() + this.#options.pauseMs;
    return 'trial';
  }

  succeeded(): void {
    this.#failures = 0;
    if (this.#nextTryAt === undefined) return;
    this.#nextTryAt = undefined;
    this.#options.onChange(false);
  }

  failed(): void {
    this.#failures++;
    const { failures, pauseMs, now, onChange } = this.#options;
    if (failures === 0 || this.#failures < failures || this.#nextTryAt !== undefined) return;
    this.#nextTryAt = now() + pauseMs;
    onChange(true);
  }
}
