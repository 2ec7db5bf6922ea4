import { setImmediate as nextTick } from 'node:timers/promises';

/** How many payloads are made before the event loop does anything else. */
const perTurn = 20;

/** Spreads work that becomes due for many at the same moment, so that the event loop is never blocked for long. */
export class Turns {
  #taken = 0;
  #turn: Promise<void> | null = null;

  /** Resolves when it is one's turn. */
  async take(): Promise<void> {
    while (this.#taken >= perTurn) {
      this.#turn ??= this.#begin();
      await this.#turn;
    }
    this.#taken++;
    this.#turn ??= this.#begin();
  }

  async #begin(): Promise<void> {
    await nextTick();
    this.#taken = 0;
    this.#turn = null;
  }
}
