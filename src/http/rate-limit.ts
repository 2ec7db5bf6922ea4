import { LeakFreeMap } from '../collections/leak-free-map.ts';

/** Maximum number of callers tracked; beyond it, the least recently seen ones start afresh. */
const maxCallers = 10_000;

interface Bucket {
  tokens: number;
  at: number;
}

/** A token bucket per key: allows `perSecond` requests per second, with bursts of twice as many. */
export class RateLimit {
  readonly #perSecond: number;
  readonly #now: () => number;
  readonly #buckets = new LeakFreeMap<string, Bucket>();

  /** @param now returns the current time in milliseconds. */
  constructor(perSecond: number, now: () => number) {
    this.#perSecond = perSecond;
    this.#now = now;
  }

  /** Counts one request. @returns 0 if it may pass, else the number of seconds to wait. */
  take(key: string): number {
    const now = this.#now();
    const size = this.#perSecond * 2;
    const bucket = this.#buckets.get(key) ?? { tokens: size, at: now };
    // Re-inserted each time, so that the map is ordered from least to most recently seen.
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > maxCallers) {
      const [oldest] = this.#buckets.entries().next().value ?? [];
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    bucket.tokens = Math.min(size, bucket.tokens + ((now - bucket.at) / 1000) * this.#perSecond);
    bucket.at = now;
    if (bucket.tokens < 1) return Math.ceil((1 - bucket.tokens) / this.#perSecond);
    bucket.tokens--;
    return 0;
  }
}
