/** Number of retries that are always available, so that calls are retried under low traffic too. */
const reserve = 10;

/** Limits retries to a share of all calls, so that they do not add load to a struggling upstream. */
export class RetryBudget {
  readonly #share: number;
  #left = reserve;

  constructor(percent: number) {
    this.#share = percent / 100;
  }

  /** Records the first attempt of a call. */
  call(): void {
    this.#left = Math.min(reserve, this.#left + this.#share);
  }

  /** Takes one retry from the budget. @returns false if none is left. */
  take(): boolean {
    if (this.#share === 0 || this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
