/** Runs a few tasks at a time. The others wait for their turn, in order. */
export class Turns {
  readonly #places: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /** @param places the maximum number of running tasks. */
  constructor(places: number) {
    this.#places = places;
  }

  /** Runs the task when it has its turn. A task that never settles keeps its place. */
  run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#running < this.#places) return this.#start(task);
    return new Promise((resolve) => {
      this.#waiting.push(() => resolve(this.#start(task)));
    });
  }

  #start<T>(task: () => Promise<T>): Promise<T> {
    this.#running++;
    const result = task();
    result.then(this.#next, this.#next);
    return result;
  }

  readonly #next = (): void => {
    this.#running--;
    this.#waiting.shift()?.();
  };
}
