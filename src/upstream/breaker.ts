export interface BreakerOptions {
  /** After how many failures in a row to open; 0: never. */
  readonly failures: number;
  /** How long to stay open before one call is let through. */
  readonly pauseMs: number;
  /** Gives milliseconds. */
  readonly now: () => number;
  /** Hears of every change. */
  readonly onChange: (open: boolean) => void;
}

/**
 * Stops calls to an upstream that fails every time. Only failures in a row count: while anyone gets an answer, the
 * failures of others, whose tokens may be all that is wrong, shut nobody out.
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

  /** For how many milliseconds calls are stopped; 0 where this one may pass. */
  waitMs(): number {
    if (this.#nextTryAt === undefined) return 0;
    const now = this.#options.now();
    if (now < this.#nextTryAt) return this.#nextTryAt - now;
    // This call tries for everyone; the others wait for what becomes of it.
    this.#nextTryAt = now + this.#options.pauseMs;
    return 0;
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
