import { ChurningMap } from '../churning-map.ts';

export interface BoundedCacheOptions<T> {
  /** How much is kept, as `sizeOf` counts. */
  readonly maxSize: number;
  readonly sizeOf: (value: T) => number;
}

/** Keeps what was set last, up to a bound; shaped as Apollo Server wants its caches. */
export class BoundedCache<T> {
  readonly #options: BoundedCacheOptions<T>;
  readonly #values = new ChurningMap<string, T>();
  #size = 0;

  constructor(options: BoundedCacheOptions<T>) {
    this.#options = options;
  }

  /** As `get`, at once. */
  peek(key: string): T | undefined {
    return this.#values.get(key);
  }

  async get(key: string): Promise<T | undefined> {
    return this.#values.get(key);
  }

  /** As `set`, at once. */
  put(key: string, value: T): void {
    this.#remove(key);
    this.#values.set(key, value);
    this.#size += this.#options.sizeOf(value);
    while (this.#size > this.#options.maxSize) {
      const [oldest] = this.#values.entries().next().value ?? [];
      if (oldest === undefined) break;
      this.#remove(oldest);
    }
  }

  async set(key: string, value: T): Promise<void> {
    this.put(key, value);
  }

  async delete(key: string): Promise<boolean> {
    return this.#remove(key);
  }

  #remove(key: string): boolean {
    const value = this.#values.get(key);
    if (value !== undefined) this.#size -= this.#options.sizeOf(value);
    return this.#values.delete(key);
  }
}
