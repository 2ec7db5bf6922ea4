/**
 * Counts the memory that operations hold together: what upstream answered them, what they built of it, and answers that
 * callers have not taken yet. Counted in estimated bytes.
 */
export class MemoryPool {
  readonly #maxBytes: number;
  #holders = 0;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether operations hold all the memory that they may. */
  get isFull(): boolean {
    return this.#bytes > this.#maxBytes;
  }

  /** Opens the account of one operation. */
  open(): MemoryAccount {
    return new MemoryAccount(this);
  }

  /** Takes memory for an account. @returns whether there was enough; a single holder always gets what it needs. */
  take(bytes: number, isNewHolder: boolean): boolean {
    const holders = this.#holders + (isNewHolder ? 1 : 0);
    if (this.#bytes + bytes > this.#maxBytes && holders > 1) return false;
    this.#holders = holders;
    this.#bytes += bytes;
    return true;
  }

  give(bytes: number, isHolderGone: boolean): void {
    this.#bytes -= bytes;
    if (isHolderGone) this.#holders--;
  }
}

/** What one operation holds. */
export class MemoryAccount {
  readonly #pool: MemoryPool;
  #bytes = 0;

  constructor(pool: MemoryPool) {
    this.#pool = pool;
  }

  /** @returns whether there was enough memory. */
  take(bytes: number): boolean {
    if (bytes <= 0) return true;
    if (!this.#pool.take(bytes, this.#bytes === 0)) return false;
    this.#bytes += bytes;
    return true;
  }

  /** Gives back everything but this much. */
  shrink(bytes: number): void {
    if (bytes >= this.#bytes) return;
    this.#pool.give(this.#bytes - bytes, bytes === 0);
    this.#bytes = bytes;
  }

  /** Gives back everything. */
  close(): void {
    this.shrink(0);
  }
}
