import { LeakFreeMap } from '../collections/leak-free-map.ts';
import { CallerGone, type Deadline, DeadlineExceeded, type GaveUp, onDeadline } from './deadline.ts';

/** The most reads that are kept for sharing at the same time; those beyond are not shared. */
const maxReads = 10_000;

/** A read under way, and how many wait for it. */
interface Read {
  readonly answer: Promise<unknown>;
  readonly abort: AbortController;
  /** The latest deadline of all who waited for it. */
  readonly deadline: { at: number };
  waiting: number;
}

/** How long a caller waits. */
export interface Patience {
  /** Aborts when the caller goes away. */
  readonly signal: AbortSignal;
  readonly deadline: Deadline;
}

/** Makes a read for as long as it says: `signal` aborts when nobody waits any more, with the reason of the last one. */
export type MakeRead<T> = (patience: Patience) => Promise<T>;

/** Lets several reads share a call. */
export interface ReadSharing {
  /** Makes the read, or takes part in an equal one: the same caller, the same thing. @throws GaveUp. */
  read<T>(callerKey: string, readKey: string, patience: Patience, make: MakeRead<T>): Promise<T>;
  /** Is called when a write has been answered. */
  close(): void;
}

/**
 * Lets identical reads of one caller that are under way at the same moment share one call. Nothing is kept once it has
 * been answered. A read is found only under the key of its own caller, and never by one that comes after anybody's write
 * was answered: it might show the world before the write. To whom a write matters is not asked, because the same image
 * has several addresses, and many lists show it.
 */
export class SharedReads implements ReadSharing {
  #callers = new LeakFreeMap<string, LeakFreeMap<string, Read>>();
  #size = 0;

  /**
   * Makes the read, or waits for the same one that is under way.
   *
   * @param callerKey tells callers apart, without being a secret itself.
   * @param patience how long this caller waits; the read goes on for the others.
   * @throws GaveUp when this caller's time is over, or it went away.
   */
  read<T>(callerKey: string, readKey: string, patience: Patience, make: MakeRead<T>): Promise<T> {
    // Nobody waits for the read of a caller who has gone: on its own signal, it ends before it begins.
    if (patience.signal.aborted) return make(patience);
    const known = this.#callers.get(callerKey)?.get(readKey);
    const read = known ?? this.#start(callerKey, readKey, patience.deadline, make);
    if (read === null) return make(patience);
    read.waiting++;
    read.deadline.at = Math.max(read.deadline.at, patience.deadline.at);
    return wait(read, patience, (reason) => {
      if (--read.waiting > 0) return;
      this.#end(callerKey, readKey, read);
      read.abort.abort(reason);
    });
  }

  /** Keeps reads that are under way from those who come from now on. To be called when a write has been answered. */
  close(): void {
    this.#callers = new LeakFreeMap();
    this.#size = 0;
  }

  #start<T>(callerKey: string, readKey: string, { at }: Deadline, make: MakeRead<T>): Read | null {
    if (this.#size >= maxReads) return null;
    const reads = this.#callers.get(callerKey) ?? new LeakFreeMap<string, Read>();
    const abort = new AbortController();
    const deadline = { at };
    const answer = make({ signal: abort.signal, deadline });
    const read: Read = { answer, abort, deadline, waiting: 0 };
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

/** Waits for a read for as long as one caller has the patience. */
function wait<T>(read: Read, { signal, deadline }: Patience, onGiveUp: (reason: GaveUp) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    function giveUp(reason: GaveUp): void {
      stop();
      reject(reason);
      onGiveUp(reason);
    }
    function stop(): void {
      disarm();
      signal.removeEventListener('abort', onAbort);
    }
    const onAbort = (): void => giveUp(new CallerGone());
    signal.addEventListener('abort', onAbort, { once: true });
    const disarm = onDeadline(deadline, () => giveUp(new DeadlineExceeded()));
    read.answer.then(
      (answer) => {
        stop();
        // Those who share a key ask for the same thing, and so get the same type.
        resolve(answer as T);
      },
      (error: unknown) => {
        stop();
        reject(error);
      },
    );
  });
}
