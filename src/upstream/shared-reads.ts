import { CallAbort } from '../call-abort.ts';
import { LeakFreeMap } from '../collections/leak-free-map.ts';
import { type Deadline, type Patience, Wait } from './deadline.ts';

/** Maximum number of reads in progress that can be shared; further reads are not shared. */
const maxReads = 10_000;

/** A read in progress, and the patience of its call, which ends when the last caller has given up. */
class Read implements Patience {
  readonly callerKey: string;
  readonly key: string;
  readonly signal = new CallAbort();
  /** The latest deadline of all its callers. */
  readonly deadline: { at: number };
  readonly needsTimer = false;
  /** How many callers wait for it. */
  waiting = 0;
  readonly answer: Promise<unknown>;
  readonly #reads: SharedReads;

  constructor(reads: SharedReads, callerKey: string, key: string, { at }: Deadline, make: MakeRead<unknown>) {
    this.#reads = reads;
    this.callerKey = callerKey;
    this.key = key;
    this.deadline = { at };
    this.answer = make(this);
  }

  /** Reads that start after the answer has arrived must not share it, even though it still waits to be processed. */
  onAnswer(): void {
    this.#reads.stopSharing(this);
  }
}

/** Makes a read. `patience.signal` aborts when the last caller has given up, with its reason. */
export type MakeRead<T> = (patience: Patience) => Promise<T>;

/** Lets several reads share a call. */
export interface ReadSharing {
  /** Makes the read, or takes part in an equal one: the same caller, the same thing. @throws GaveUp. */
  read<T>(callerKey: string, readKey: string, patience: Patience, make: MakeRead<T>): Promise<T>;
  /** Is called when a write has been answered. */
  close(): void;
}

/**
 * Lets identical concurrent reads of one caller share one call. Nothing is kept after the response. Reads are shared only
 * under the key of their own caller. A read that starts after any caller's write has been answered never shares an
 * earlier one, which might show the state before the write. Which reads a write affects is not examined, because the
 * same image has several addresses and appears in many lists.
 */
export class SharedReads implements ReadSharing {
  #callers = new LeakFreeMap<string, LeakFreeMap<string, Read>>();
  #size = 0;

  /**
   * Makes the read, or waits for an identical one in progress.
   *
   * @param callerKey identifies the caller; not a secret.
   * @param patience how long this caller waits; the read continues for the others.
   * @throws GaveUp when this caller's deadline has passed, or it disconnected.
   */
  read<T>(callerKey: string, readKey: string, patience: Patience, make: MakeRead<T>): Promise<T> {
    // The caller has disconnected: with its own signal, the read ends before it begins.
    if (patience.signal.aborted) return make(patience);
    const read = this.#callers.get(callerKey)?.get(readKey) ?? this.#start(callerKey, readKey, patience.deadline, make);
    if (read === null) return make(patience);
    read.waiting++;
    read.deadline.at = Math.max(read.deadline.at, patience.deadline.at);
    return new Promise((resolve, reject) => {
      const wait = new Wait(patience, (reason) => {
        wait.end();
        reject(reason);
        if (--read.waiting > 0) return;
        this.stopSharing(read);
        read.signal.abort(reason);
      });
      read.answer.then(
        (answer) => {
          wait.end();
          this.stopSharing(read);
          // Reads with the same key have the same type.
          resolve(answer as T);
        },
        (error: unknown) => {
          wait.end();
          this.stopSharing(read);
          reject(error);
        },
      );
    });
  }

  /** Stops sharing the reads in progress with new callers. Must be called when a write has been answered. */
  close(): void {
    this.#callers = new LeakFreeMap();
    this.#size = 0;
  }

  /** Stops sharing this read with new callers. */
  stopSharing(read: Read): void {
    const reads = this.#callers.get(read.callerKey);
    // Another read may have its key by now.
    if (reads?.get(read.key) !== read) return;
    reads.delete(read.key);
    this.#size--;
    if (reads.size === 0) this.#callers.delete(read.callerKey);
  }

  #start(callerKey: string, readKey: string, deadline: Deadline, make: MakeRead<unknown>): Read | null {
    if (this.#size >= maxReads) return null;
    const reads = this.#callers.get(callerKey) ?? new LeakFreeMap<string, Read>();
    const read = new Read(this, callerKey, readKey, deadline, make);
    reads.set(readKey, read);
    this.#callers.set(callerKey, reads);
    this.#size++;
    return read;
  }
}
