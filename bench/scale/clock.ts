/** Something that will happen, at a time in milliseconds. Events of the same time happen in the order they were made. */
interface Event {
  readonly at: number;
  readonly number: number;
  run: (() => void) | null;
}

/**
 * A clock that jumps from event to event. It takes the place of the process's own clock, timers and randomness, so that
 * the gateway's real parts run in virtual time, and a run with the same seed is the same run.
 */
export class VirtualClock {
  readonly #heap: Event[] = [];
  #numbers = 0;
  #state: number;
  now = 0;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** Takes the place of `performance.now`, `setTimeout`, `clearTimeout` and `Math.random`, for good. */
  install(): void {
    performance.now = () => this.now;
    const setTimer = (run: () => void, ms = 0): Event & { unref(): void } =>
      Object.assign(this.after(ms, run), { unref() {} });
    const clearTimer = (event?: Event): void => {
      if (event) event.run = null;
    };
    Object.assign(globalThis, { setTimeout: setTimer, clearTimeout: clearTimer });
    Math.random = () => this.random();
  }

  /** A number from 0 to 1. Source: Mulberry32, by Tommy Ettinger, public domain. */
  random(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A time of exponential distribution with this mean. */
  exponential(mean: number): number {
    return -Math.log(1 - this.random()) * mean;
  }

  after(ms: number, run: () => void): Event {
    const event: Event = { at: this.now + Math.max(0, ms), number: this.#numbers++, run };
    this.#push(event);
    return event;
  }

  /** Lets everything happen up to this time. Promises are settled between any two events. */
  async runUntil(end: number): Promise<void> {
    for (let next = this.#heap[0]; next !== undefined && next.at <= end; next = this.#heap[0]) {
      this.#pop();
      if (next.run === null) continue;
      this.now = next.at;
      next.run();
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    this.now = end;
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let index = heap.push(event) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || isBefore(above, event)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      const left = heap[2 * index + 1];
      const right = heap[2 * index + 2];
      if (left === undefined) break;
      const [child, at] = right && isBefore(right, left) ? [right, 2 * index + 2] : [left, 2 * index + 1];
      if (isBefore(last, child)) break;
      heap[index] = child;
      index = at;
    }
    heap[index] = last;
  }
}

function isBefore(one: Event, other: Event): boolean {
  return one.at < other.at || (one.at === other.at && one.number < other.number);
}
