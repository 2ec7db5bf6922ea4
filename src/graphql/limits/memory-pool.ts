import { LeakFreeMap } from '../../collections/leak-free-map.ts';

/**
 * Counts the memory that operations hold together: their calls, what upstream answered them, what they built of it, and
 * answers that callers have not taken yet. In estimated bytes.
 */
export class MemoryPool {
  readonly #maxBytes: number;
  /** The accounts that hold anything, the oldest first. */
  readonly #holders = new LeakFreeMap<MemoryAccount, true>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** How much is held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Opens the account of one operation. */
  open(): MemoryAccount {
    return new MemoryAccount(this);
  }

  /**
   * Takes memory for an account.
   *
   * @returns whether there was enough. The oldest holder always gets what it needs: if all were refused together, none
   * would ever be answered.
   */
  take(account: MemoryAccount, bytes: number): boolean {
    const isOver = this.#bytes + bytes > this.#maxBytes;
    const [oldest = account] = this.#holders.entries().next().value ?? [];
    if (isOver && oldest !== account) return false;
    this.#holders.set(account, true);
    this.#bytes += bytes;
    return true;
  }

  /** Gives back all that an account holds. */
  give(account: MemoryAccount, bytes: number): void {
    this.#bytes -= bytes;
    this.#holders.delete(account);
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
    if (!this.#pool.take(this, bytes)) return false;
    this.#bytes += bytes;
    return true;
  }

  /** Gives everything back. */
  close(): void {
    if (this.#bytes === 0) return;
    this.#pool.give(this, this.#bytes);
    this.#bytes = 0;
  }
}
