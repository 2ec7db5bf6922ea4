import { type Link, LinkedList } from '../../collections/linked-list.ts';

/**
 * Counts the estimated memory of all operations, in bytes: their calls, upstream responses, the data built from them,
 * and responses that callers have not read yet.
 */
export class MemoryPool {
  readonly #maxBytes: number;
  /** The accounts that hold memory, oldest first. */
  readonly #holders = new LinkedList<MemoryAccount>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Estimated bytes in use. */
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
   * @returns whether there was enough. The oldest holder always gets what it needs, so that at least one operation can
   * finish.
   */
  take(account: MemoryAccount, bytes: number): boolean {
    const isOver = this.#bytes + bytes > this.#maxBytes;
    if (isOver && (this.#holders.first ?? account) !== account) return false;
    account.holding ??= this.#holders.push(account);
    this.#bytes += bytes;
    return true;
  }

  /** Returns all memory of an account to the pool. */
  give(account: MemoryAccount, bytes: number): void {
    this.#bytes -= bytes;
    if (account.holding !== undefined) this.#holders.remove(account.holding);
    account.holding = undefined;
  }
}

/** The memory of one operation. */
export class MemoryAccount {
  /** Its place among the holders of the pool; undefined while it holds nothing. */
  holding: Link<MemoryAccount> | undefined;
  readonly #pool: MemoryPool;
  #bytes = 0;
  #isClosed = false;

  constructor(pool: MemoryPool) {
    this.#pool = pool;
  }

  /** @returns whether there was enough memory. A closed account takes none, and is told that there was enough. */
  take(bytes: number): boolean {
    if (bytes <= 0 || this.#isClosed) return true;
    if (!this.#pool.take(this, bytes)) return false;
    this.#bytes += bytes;
    return true;
  }

  /** Returns all memory to the pool, for good. */
  close(): void {
    this.release();
    this.#isClosed = true;
  }

  /** Returns all memory to the pool. */
  release(): void {
    this.#pool.give(this, this.#bytes);
    this.#bytes = 0;
  }
}
