import { LeakFreeMap } from './leak-free-map.ts';

/** Counts by key. A key whose count is 0 takes no memory. */
export class KeyCounts {
  readonly #counts = new LeakFreeMap<string, number>();

  get(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  increment(key: string): void {
    this.#counts.set(key, this.get(key) + 1);
  }

  decrement(key: string): void {
    const left = this.get(key) - 1;
    if (left > 0) this.#counts.set(key, left);
    else this.#counts.delete(key);
  }
}
