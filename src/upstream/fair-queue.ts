import { LeakFreeMap } from '../collections/leak-free-map.ts';
import { type Link, LinkedList } from '../collections/linked-list.ts';

export interface FairQueueOptions {
  /** Maximum number of concurrent entries. */
  readonly places: number;
  /** Maximum number of concurrent entries per key. */
  readonly placesPerKey: number;
  /** Maximum number of waiting entries; one key may hold at most half of them. */
  readonly maxWaiting: number;
}

/** An entry that waits. */
export type QueueEntry = Link<() => void>;

/** The state of a key that has entries inside or waiting. */
class Lane {
  readonly key: string;
  inside = 0;
  /** What to call when it is their turn. */
  readonly waiting = new LinkedList<() => void>();
  /** Its place among those whose turn comes; undefined if it has none. */
  turn: Link<Lane> | undefined;

  constructor(key: string) {
    this.key = key;
  }
}

/**
 * A semaphore with a bounded queue. Keys take turns, so that a key with many or slow entries does not hold up the
 * others.
 */
export class FairQueue {
  readonly #options: FairQueueOptions;
  readonly #lanes = new LeakFreeMap<string, Lane>();
  /** The lanes with waiting entries that are below their own limit; the first one is next. */
  readonly #turns = new LinkedList<Lane>();
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
   * @returns the entry, for `stopWaiting`.
   */
  wait(key: string, enter: () => void): QueueEntry {
    const lane = this.#lane(key);
    const entry = lane.waiting.push(enter);
    this.#waiting++;
    this.#takeTurn(lane);
    return entry;
  }

  /** Stops waiting, unless the entry has had its turn. `key` is the one with which it waits. */
  stopWaiting(key: string, entry: QueueEntry): void {
    const lane = this.#lanes.get(key);
    if (!lane?.waiting.remove(entry)) return;
    this.#waiting--;
    if (lane.waiting.size === 0) this.#loseTurn(lane);
    this.#forget(lane);
  }

  leave(key: string): void {
    const lane = this.#lane(key);
    this.#inside--;
    lane.inside--;
    this.#takeTurn(lane);
    this.#next();
    this.#forget(lane);
  }

  /** Gives a place that has become free to the next entry. */
  #next(): void {
    const lane = this.#turns.shift();
    if (lane === undefined) return;
    lane.turn = undefined;
    const enter = lane.waiting.shift();
    this.#waiting--;
    this.#inside++;
    lane.inside++;
    this.#takeTurn(lane);
    enter?.();
  }

  /** Lines a lane up for the next free places, unless it waits for one already or has no use for one. */
  #takeTurn(lane: Lane): void {
    if (lane.turn !== undefined || lane.waiting.size === 0 || lane.inside >= this.#options.placesPerKey) return;
    lane.turn = this.#turns.push(lane);
  }

  #loseTurn(lane: Lane): void {
    if (lane.turn !== undefined) this.#turns.remove(lane.turn);
    lane.turn = undefined;
  }

  #lane(key: string): Lane {
    const known = this.#lanes.get(key);
    if (known !== undefined) return known;
    const lane = new Lane(key);
    this.#lanes.set(key, lane);
    return lane;
  }

  #forget(lane: Lane): void {
    if (lane.inside === 0 && lane.waiting.size === 0) this.#lanes.delete(lane.key);
  }
}
