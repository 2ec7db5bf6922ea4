/** After how many removals a map is replaced, at the least. */
const renewAfter = 100;

/**
 * A map for what comes and goes all the time.
 *
 * V8 replaces the table behind a `Map` or `Set` again and again as entries come and go, and every table it has replaced
 * points at the next one. Once a single one of them has grown old, young garbage collections find all later ones alive
 * through it, and with them everything that they ever held: each request's data is then copied and promoted, until a full
 * collection. A new `Map` from time to time cuts that chain.
 */
export class LeakFreeMap<Key, Value> {
  #entries = new Map<Key, Value>();
  #removals = 0;

  get size(): number {
    return this.#entries.size;
  }

  get(key: Key): Value | undefined {
    return this.#entries.get(key);
  }

  set(key: Key, value: Value): void {
    this.#entries.set(key, value);
  }

  /** @returns whether there was such an entry. */
  delete(key: Key): boolean {
    if (!this.#entries.delete(key)) return false;
    // A copy takes as long as the map is large, so large ones are copied less often.
    if (++this.#removals >= renewAfter + this.#entries.size) {
      this.#entries = new Map(this.#entries);
      this.#removals = 0;
    }
    return true;
  }

  /** The entries, those that came first first; not to be changed while they are looked at. */
  entries(): MapIterator<[Key, Value]> {
    return this.#entries.entries();
  }
}
