/**
 * Limits the values of a metric label that callers choose: the first ones are kept, later ones become `other`, so that
 * no caller can fill the registry's memory.
 */
export class CappedLabel {
  readonly #known: Set<string>;
  readonly #max: number;

  constructor(max: number, always: Iterable<string> = []) {
    this.#known = new Set(always);
    this.#max = this.#known.size + max;
  }

  of(value: string | undefined): string {
    if (value === undefined) return 'none';
    if (this.#known.has(value)) return value;
    if (this.#known.size >= this.#max || !/^[\w .-]{1,60}$/.test(value)) return 'other';
    this.#known.add(value);
    return value;
  }
}
