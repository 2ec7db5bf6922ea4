import { ByteBuffer } from '../collections/byte-buffer.ts';

/** Bytes kept from the end of an oversized body: enough for a next-page link with long filters. */
const endBytes = 32_768;
/** When only the end of a body is wanted, up to this multiple of the size limit is read. */
const maxReadFactor = 8;

/** Collects the body of one response: all of it up to a limit, or, if `wantsEnd`, only the end of a larger one. */
export class AnswerBody {
  readonly #maxBytes: number;
  readonly #wantsEnd: boolean;
  readonly #bytes = new ByteBuffer();
  #size = 0;
  #end: Buffer | null = null;

  /** @param wantsEnd whether to keep reading a body larger than `maxBytes`, for its end. */
  constructor(maxBytes: number, wantsEnd: boolean) {
    this.#maxBytes = maxBytes;
    this.#wantsEnd = wantsEnd;
  }

  /** Whether a body of this size is read at all; NaN for an unknown size. */
  admits(size: number): boolean {
    return !(size > (this.#wantsEnd ? this.#maxBytes * maxReadFactor : this.#maxBytes));
  }

  /** @returns false if the body is too large to read on. */
  add(chunk: Buffer): boolean {
    this.#size += chunk.length;
    if (!this.admits(this.#size)) return false;
    if (this.#size <= this.#maxBytes) this.#bytes.add(chunk);
    else this.#end = Buffer.from(Buffer.concat([this.#end ?? this.#bytes.take(), chunk]).subarray(-endBytes));
    return true;
  }

  /** The end of an oversized body; null for a body within the limit. */
  get end(): string | null {
    return this.#end?.toString('latin1') ?? null;
  }

  /** Hands over the body; nothing may be added afterwards. */
  take(): Buffer {
    return this.#bytes.take();
  }
}
