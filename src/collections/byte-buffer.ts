/**
 * Bytes that arrive in chunks, together in one buffer. Kept as they come, chunks of one byte would take more than a
 * hundred times as much memory as there are bytes, and a limit on their number would be none on what they hold.
 */
export class ByteBuffer {
  #buffer: Buffer | null = null;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(chunk: Buffer): void {
    const size = this.#size + chunk.length;
    if (this.#buffer === null) {
      // Most come in one chunk.
      this.#buffer = chunk;
    } else {
      if (size > this.#buffer.length) {
        const larger = Buffer.allocUnsafe(Math.max(size, this.#buffer.length * 2));
        this.#buffer.copy(larger, 0, 0, this.#size);
        this.#buffer = larger;
      }
      chunk.copy(this.#buffer, this.#size);
    }
    this.#size = size;
  }

  /** Gives all of them away: nothing may be added afterwards. */
  take(): Buffer {
    const all = this.#buffer?.subarray(0, this.#size) ?? Buffer.alloc(0);
    this.#buffer = null;
    return all;
  }
}
