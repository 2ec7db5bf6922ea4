import { Counter } from 'prom-client';
import type { MetricsRegistry } from './registry.ts';

/**
 * Counts by label values. prom-client builds a string of all labels each time it counts, which takes half a
 * microsecond. So what is counted for every request is only added to its counter when the counter is read.
 */
export class Tally {
  #count = 0;
  readonly #byValue = new Map<string, Tally>();

  /** The tally of those that also have this value of the next label. */
  of(value: string): Tally {
    let tally = this.#byValue.get(value);
    if (tally === undefined) {
      tally = new Tally();
      this.#byValue.set(value, tally);
    }
    return tally;
  }

  add(): void {
    this.#count++;
  }

  /** The counts that are not 0, each with the values of its labels. */
  *series(values: readonly string[] = []): Generator<{ readonly values: readonly string[]; readonly count: number }> {
    if (this.#count > 0) yield { values, count: this.#count };
    for (const [value, tally] of this.#byValue) yield* tally.series([...values, value]);
  }
}

/** Registers a counter, and creates the tally that it shows. `labelNames` are in the order in which values are given. */
export function createTally(
  name: string,
  help: string,
  labelNames: readonly string[],
  registry: MetricsRegistry,
): Tally {
  const tally = new Tally();
  new Counter({
    name,
    help,
    labelNames,
    registers: [registry],
    collect() {
      this.reset();
      for (const { values, count } of tally.series()) this.labels(...values).inc(count);
    },
  });
  return tally;
}
