/**
 * Limits the values of a metric label that callers choose: the first ones are kept, later ones become `other`, so that
 * no caller can fill the registry's memory.
 */
export class CappedLabel {
  readonly #max: number;
  /** The values that callers chose first. */
  readonly #chosen = new Set<string>();
  /** The values that are always kept. */
  #always: ReadonlySet<string> = new Set();

  /** @param max number of values that callers may choose. */
  constructor(max: number) {
    this.#max = max;
  }

  /** Always keeps these values, instead of those of the last call. */
  keep(always: ReadonlySet<string>): void {
    this.#always = always;
  }

  of(value: string | undefined): string {
    if (value === undefined) return 'none';
    if (this.#always.has(value) || this.#chosen.has(value)) return value;
    if (this.#chosen.size >= this.#max || !/^[\w .-]{1,60}$/.test(value)) return 'other';
    this.#chosen.add(value);
    return value;
  }
}
