import { ChurningMap } from '../churning-map.ts';

/** The most reads that are kept for sharing at once; what comes on top is not shared. */
const maxReads = 10_000;

/** A read under way, and how many wait for it. */
interface Read {
  readonly answer: Promise<unknown>;
  readonly abort: AbortController;
  waiting: number;
}

/** Makes a read. `signal` aborts when nobody waits for it any more. */
export type MakeRead<T> = (signal: AbortSignal) => Promise<T>;

/**
 * Lets identical reads of one caller that are under way at the same moment share one call. Nothing is kept once it has
 * been answered. A read is found only under the key of its own caller, and never by one that comes after a write of that
 * caller has begun or ended: it might show the world before the write.
 */
export class SharedReads {
  readonly #callers = new ChurningMap<string, ChurningMap<string, Read>>();
  #size = 0;

  /**
   * Makes the read, or waits for the same one that is under way.
   *
   * @param callerKey tells callers apart, without being a secret itself.
   * @param signal aborts when this caller goes away; the read goes on for the others.
   */
  read<T>(callerKey: string, readKey: string, signal: AbortSignal, make: MakeRead<T>): Promise<T> {
    // Nobody waits for the read of a caller who has gone: on its own signal, it ends before it begins.
    if (signal.aborted) return make(signal);
    const known = this.#callers.get(callerKey)?.get(readKey);
    const read = known ?? this.#start(callerKey, readKey, make);
    if (read === null) return make(signal);
    read.waiting++;
    const leave = (): void => {
      if (--read.waiting > 0) return;
      this.#end(callerKey, readKey, read);
      read.abort.abort();
    };
    signal.addEventListener('abort', leave, { once: true });
    const stay = (): void => signal.removeEventListener('abort', leave);
    read.answer.then(stay, stay);
    // Whoever shares a key asks for the same thing, and so gets the same type.
    return read.answer as Promise<T>;
  }

  /** Keeps reads that are under way from whoever comes from now on. To be called when a write begins and when it ends. */
  forget(callerKey: string): void {
    const reads = this.#callers.get(callerKey);
    if (reads === undefined) return;
    this.#callers.delete(callerKey);
    this.#size -= reads.size;
  }

  #start<T>(callerKey: string, readKey: string, make: MakeRead<T>): Read | null {
    if (this.#size >= maxReads) return null;
    const reads = this.#callers.get(callerKey) ?? new ChurningMap<string, Read>();
    const abort = new AbortController();
    const answer = make(abort.signal);
    const read: Read = { answer, abort, waiting: 0 };
    const end = (): void => this.#end(callerKey, readKey, read);
    answer.then(end, end);
    reads.set(readKey, read);
    this.#callers.set(callerKey, reads);
    this.#size++;
    return read;
  }

  #end(callerKey: string, readKey: string, read: Read): void {
    const reads = this.#callers.get(callerKey);
    if (reads?.get(readKey) !== read) return;
    reads.delete(readKey);
    this.#size--;
    if (reads.size === 0) this.#callers.delete(callerKey);
  }
}
