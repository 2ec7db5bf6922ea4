/** Minimum number of removals before the map is replaced. */
const renewAfter = 100;

/**
 * A map for short-lived entries, safe to keep for the life of the process.
 *
 * V8 replaces the table behind a `Map` or `Set` again and again as entries come and go, and every table it has replaced
 * points to the next one. Once one of them is in the old generation, minor garbage collections treat all later ones as
 * alive, along with everything they ever held: each request's data is then copied and promoted until a full collection.
 * Replacing the `Map` from time to time breaks that chain.
 */
export class LeakFreeMap<Key, Value> {
  #entries: Map<Key, Value> | undefined;
  #removals = 0;

  get size(): number {
    return this.#entries?.size ?? 0;
  }

  get(key: Key): Value | undefined {
    return this.#entries?.get(key);
  }

  set(key: Key, value: Value): void {
    this.#entries ??= new Map();
    this.#entries.set(key, value);
  }

  /** @returns whether the key was present. */
  delete(key: Key): boolean {
    if (!this.#entries?.delete(key)) return false;
    // Copying takes time proportional to the size, so large maps are copied less often.
    if (++this.#removals >= renewAfter + this.#entries.size) {
      this.#entries = new Map(this.#entries);
      this.#removals = 0;
    }
    return true;
  }

  /** The entries in insertion order. The map must not be changed during iteration. */
  entries(): MapIterator<[Key, Value]> {
    this.#entries ??= new Map();
    return this.#entries.entries();
  }
}
