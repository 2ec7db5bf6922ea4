import { setImmediate as nextTick } from 'node:timers/promises';

/** Number of payloads created per turn of the event loop. */
const perTurn = 20;

/** Spreads work that becomes due for many subscribers at the same time, so that the event loop is not blocked for long. */
export class Turns {
  #taken = 0;
  #turn: Promise<void> | null = null;

  /** Resolves when it is the caller's turn. */
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
