import type { Memory } from './memory.ts';

export interface LoadOptions {
  readonly maxConcurrent: number;
  readonly maxEventLoopDelayMs: number;
  readonly memory: Pick<Memory, 'isShort'>;
}

/** Why an operation is not taken on. */
export type ShedReason = 'concurrency' | 'event loop' | 'memory';

/** How often the delay of the event loop is measured. */
const sampleMs = 100;

/** Knows how much the process has to do, and so whether it can take on more. */
export class Load {
  readonly #options: LoadOptions;
  readonly #timer: NodeJS.Timeout;
  #running = 0;
  #expectedAt = performance.now() + sampleMs;
  #delayMs = 0;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#sample(), sampleMs).unref();
  }

  /** How many operations run. */
  get running(): number {
    return this.#running;
  }

  /** How late the process was with its work lately, in milliseconds. */
  get eventLoopDelayMs(): number {
    return this.#delayMs;
  }

  /** Why no further operation should be taken on, or null. */
  get overloaded(): ShedReason | null {
    if (this.#running >= this.#options.maxConcurrent) return 'concurrency';
    if (this.#delayMs > this.#options.maxEventLoopDelayMs) return 'event loop';
    return this.#options.memory.isShort ? 'memory' : null;
  }

  /** An operation begins; `end` must follow. */
  begin(): void {
    this.#running++;
  }

  end(): void {
    this.#running--;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #sample(): void {
    const now = performance.now();
    this.#delayMs = Math.max(0, now - this.#expectedAt);
    this.#expectedAt = now + sampleMs;
  }
}
