import { LeakFreeMap } from '../collections/leak-free-map.ts';

/** How many callers are remembered; beyond, those that came least recently start afresh. */
const maxCallers = 10_000;

interface Bucket {
  tokens: number;
  at: number;
}

/** Allows each key so many requests a second, and twice as many at once. */
export class RateLimit {
  readonly #perSecond: number;
  readonly #now: () => number;
  readonly #buckets = new LeakFreeMap<string, Bucket>();

  /** @param now gives milliseconds. */
  constructor(perSecond: number, now: () => number) {
    this.#perSecond = perSecond;
    this.#now = now;
  }

  /** Takes one request. @returns 0 if it may pass, else after how many seconds to come back. */
  take(key: string): number {
    const now = this.#now();
    const size = this.#perSecond * 2;
    const bucket = this.#buckets.get(key) ?? { tokens: size, at: now };
    // Set anew each time, so that the map begins with those who have not come for longest.
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
