/** How many retries may always be made, so that a call that fails among few others is tried again. */
const reserve = 10;

/** Lets retries be no more than a share of all calls, so that an upstream in trouble does not get more of it. */
export class RetryBudget {
  readonly #share: number;
  #left = reserve;

  constructor(percent: number) {
    this.#share = percent / 100;
  }

  /** A call is made for the first time. */
  call(): void {
    this.#left = Math.min(reserve, this.#left + this.#share);
  }

  /** Whether one more retry may be made; then it counts. */
  take(): boolean {
    if (this.#share === 0 || this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
