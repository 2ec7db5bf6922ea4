import { CallAbort } from '../call-abort.ts';
import { LeakFreeMap } from '../collections/leak-free-map.ts';
import type { Patience } from './deadline.ts';
import type { MakeRead, ReadSharing } from './shared-reads.ts';

/**
 * Makes every read once and keeps its answer: for the payloads of all subscribers of one reading, which are made within
 * a moment of it with one token.
 */
export class KeptReads implements ReadSharing {
  readonly #reads = new LeakFreeMap<string, Promise<unknown>>();

  read<T>(callerKey: string, readKey: string, { deadline }: Patience, make: MakeRead<T>): Promise<T> {
    const key = `${callerKey} ${readKey}`;
    const read = this.#reads.get(key) ?? make({ signal: new CallAbort(), deadline });
    this.#reads.set(key, read);
    // Those who share a key ask for the same thing, and so get the same type.
    return read as Promise<T>;
  }

  /** Nothing is written on behalf of a subscription. */
  close(): void {}
}
