import { LeakFreeMap } from '../collections/leak-free-map.ts';

export interface FairQueueOptions {
  /** Maximum number of concurrent entries. */
  readonly places: number;
  /** Maximum number of concurrent entries per key. */
  readonly placesPerKey: number;
  /** Maximum number of waiting entries; one key may hold at most half of them. */
  readonly maxWaiting: number;
}

/** The state of a key that has entries inside or waiting. */
interface Lane {
  inside: number;
  /** By arrival number. */
  readonly waiting: LeakFreeMap<number, () => void>;
}

/**
 * A semaphore with a bounded queue. Keys take turns, so that a key with many or slow entries does not hold up the
 * others.
 */
export class FairQueue {
  readonly #options: FairQueueOptions;
  readonly #lanes = new LeakFreeMap<string, Lane>();
  /** The keys with waiting entries that are below their own limit; the first one is next. */
  readonly #turns = new LeakFreeMap<string, Lane>();
  #numbers = 0;
  #inside = 0;
  #waiting = 0;

  constructor(options: FairQueueOptions) {
    this.#options = options;
  }

  get inside(): number {
    return this.#inside;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** Enters immediately if there is room. If it returns true, `leave` must follow. */
  tryEnter(key: string): boolean {
    const { places, placesPerKey } = this.#options;
    if (this.#inside >= places) return false;
    const lane = this.#lane(key);
    // Entries that wait are below the limit of their key only while all places are taken.
    if (lane.inside >= placesPerKey) return false;
    this.#inside++;
    lane.inside++;
    return true;
  }

  /** Whether the queue has no room for another entry of this key. */
  isFull(key: string): boolean {
    const { maxWaiting } = this.#options;
    return this.#waiting >= maxWaiting || (this.#lanes.get(key)?.waiting.size ?? 0) >= Math.ceil(maxWaiting / 2);
  }

  /**
   * Waits for a turn and then calls `enter`; `leave` must follow.
   * @returns a function that stops waiting.
   */
  wait(key: string, enter: () => void): () => void {
    const lane = this.#lane(key);
    const number = this.#numbers++;
    lane.waiting.set(number, enter);
    this.#waiting++;
    if (lane.inside < this.#options.placesPerKey) this.#turns.set(key, lane);
    return () => {
      if (!lane.waiting.delete(number)) return;
      this.#waiting--;
      if (lane.waiting.size === 0) this.#turns.delete(key);
      this.#forget(key, lane);
    };
  }

  leave(key: string): void {
    const lane = this.#lane(key);
    this.#inside--;
    lane.inside--;
    if (lane.waiting.size > 0) this.#turns.set(key, lane);
    this.#next();
    this.#forget(key, lane);
  }

  /** Gives a place that has become free to the next entry. */
  #next(): void {
    const turn = this.#turns.entries().next().value;
    if (turn === undefined) return;
    const [key, lane] = turn;
    this.#turns.delete(key);
    const first = lane.waiting.entries().next().value;
    if (first === undefined) return;
    const [number, enter] = first;
    lane.waiting.delete(number);
    this.#waiting--;
    this.#inside++;
    lane.inside++;
    if (lane.waiting.size > 0 && lane.inside < this.#options.placesPerKey) this.#turns.set(key, lane);
    enter();
  }

  #lane(key: string): Lane {
    const known = this.#lanes.get(key);
    if (known !== undefined) return known;
    const lane = { inside: 0, waiting: new LeakFreeMap<number, () => void>() };
    this.#lanes.set(key, lane);
    return lane;
  }

  #forget(key: string, lane: Lane): void {
    if (lane.inside === 0 && lane.waiting.size === 0) this.#lanes.delete(key);
  }
}
