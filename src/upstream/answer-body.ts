import { ByteBuffer } from '../collections/byte-buffer.ts';

/** How much of the end of a body that is too large is kept: enough for a link with long filters. */
const endBytes = 32_768;
/** How many times as much as is accepted is read where only the end is wanted. */
const maxReadFactor = 8;

/** The body of one answer as it arrives: the whole of it up to a limit, or else its end alone where that is wanted. */
export class AnswerBody {
  readonly #maxBytes: number;
  readonly #wantsEnd: boolean;
  readonly #bytes = new ByteBuffer();
  #size = 0;
  #end: Buffer | null = null;

  /** @param wantsEnd whether a body that is larger than `maxBytes` is read on, and its end kept. */
  constructor(maxBytes: number, wantsEnd: boolean) {
    this.#maxBytes = maxBytes;
    this.#wantsEnd = wantsEnd;
  }

  /** Whether a body of this size is read at all; the size may be unknown, which is NaN. */
  admits(size: number): boolean {
    return !(size > (this.#wantsEnd ? this.#maxBytes * maxReadFactor : this.#maxBytes));
  }

  /** @returns whether the body may still grow. */
  add(chunk: Buffer): boolean {
    this.#size += chunk.length;
    if (!this.admits(this.#size)) return false;
    if (this.#size <= this.#maxBytes) this.#bytes.add(chunk);
    else this.#end = Buffer.from(Buffer.concat([this.#end ?? this.#bytes.take(), chunk]).subarray(-endBytes));
    return true;
  }

  /** The end of a body that is too large; null for one that is not. */
  get end(): string | null {
    return this.#end?.toString('latin1') ?? null;
  }

  /** Gives away the body: nothing may be added afterwards. */
  take(): Buffer {
    return this.#bytes.take();
  }
}
