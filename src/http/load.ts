import type { Memory } from './memory.ts';

export interface LoadOptions {
  readonly maxConcurrent: number;
  readonly maxEventLoopDelayMs: number;
  readonly memory: Pick<Memory, 'isShort'>;
}

/** Why an operation is not admitted. */
export type ShedReason = 'concurrency' | 'event loop' | 'memory';

/** Interval between measurements of the event-loop delay, in milliseconds. */
const sampleMs = 100;

/** Measures the load of the process, and decides whether it can admit more operations. */
export class Load {
  readonly #options: LoadOptions;
  #timer: NodeJS.Timeout | undefined;
  #running = 0;
  #expectedAt = 0;
  #delayMs = 0;

  constructor(options: LoadOptions) {
    this.#options = options;
  }

  /** Number of running operations. */
  get running(): number {
    return this.#running;
  }

  /** The latest measured event-loop delay, in milliseconds. */
  get eventLoopDelayMs(): number {
    return this.#delayMs;
  }

  /** Why no further operation should be admitted, or null. */
  get overloaded(): ShedReason | null {
    if (this.#running >= this.#options.maxConcurrent) return 'concurrency';
    if (this.#delayMs > this.#options.maxEventLoopDelayMs) return 'event loop';
    return this.#options.memory.isShort ? 'memory' : null;
  }

  /** Starts an operation; `end` must follow. */
  begin(): void {
    this.#running++;
  }

  end(): void {
    this.#running--;
  }

  /** Starts to measure the event-loop delay; `stop` ends it. What the start of the process delays does not count. */
  start(): void {
    this.#expectedAt = performance.now() + sampleMs;
    this.#timer = setInterval(() => this.#sample(), sampleMs).unref();
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
