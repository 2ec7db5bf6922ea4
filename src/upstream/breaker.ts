export interface BreakerOptions {
  /** Consecutive failures that open the breaker; 0: never. */
  readonly failures: number;
  /** How long the breaker stays open before it lets one call through. */
  readonly pauseMs: number;
  /** Returns the current time in milliseconds. */
  readonly now: () => number;
  /** Is called when the breaker opens or closes. */
  readonly onChange: (open: boolean) => void;
}

/** The breaker's verdict on a call: make it, make it as the trial call, or fail it immediately. */
export type Pass = 'go' | 'trial' | 'stop';

/**
 * A circuit breaker. Only consecutive failures count: as long as some calls succeed, the failures of others, whose
 * tokens may be at fault, block no caller. While the breaker is open, one trial call goes through after each pause.
 * A trial must end in `succeeded` or `failed` even if its caller disconnects: otherwise callers that keep
 * disconnecting would keep the breaker open.
 */
export class Breaker {
  readonly #options: BreakerOptions;
  #failures = 0;
  /** When the next trial is allowed; undefined while the breaker is closed. */
  #nextTryAt: number | undefined;

  constructor(options: BreakerOptions) {
    this.#options = options;
  }

  get open(): boolean {
    return this.#nextTryAt !== undefined;
  }

  /** Milliseconds until the next trial is allowed; 0 if a call may pass now. */
  waitMs(): number {
    return this.#nextTryAt === undefined ? 0 : Math.max(0, this.#nextTryAt - this.#options.now());
  }

  /** Must be called immediately before each call. */
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
