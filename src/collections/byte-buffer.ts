/**
 * Collects chunks of bytes in one growing buffer. A list of one-byte chunks would take over a hundred times as much
 * memory as their bytes, so that a limit on bytes would not limit memory.
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
      // Most bodies arrive in one chunk.
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

  /** Hands over all bytes; nothing may be added afterwards. */
  take(): Buffer {
    const all = this.#buffer?.subarray(0, this.#size) ?? Buffer.alloc(0);
    this.#buffer = null;
    return all;
  }
}
