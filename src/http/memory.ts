import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What the process holds, and may hold, in bytes. */
export interface MemoryReading {
  /** What the system cannot take back: garbage and the heap that V8 keeps for later count, the code of programs does not. */
  readonly resident: number;
  /** The limit of the container, or what the machine has. */
  readonly available: number;
  readonly heapUsed: number;
  /** What V8 allows its heap; the process dies where it needs more. */
  readonly heapLimit: number;
}

/** Where readings come from. */
export interface MemorySource {
  read(): MemoryReading;
  /** Frees what nobody holds any more, and gives it back to the system. */
  collectGarbage(): void;
}

/** How long a reading is good for, in milliseconds. */
const freshMs = 20;

/** How long garbage is left alone after a collection: so many times as long as it took, and so long at least. */
const pauseFactor = 4;
const minPauseMs = 200;

/**
 * Knows whether the process is about to run out of memory: by the heap that V8 allows, or by what the system allows the
 * process as a whole. What it holds then may be mostly garbage, which V8 leaves for as long as its own limits let it, and
 * for ever while nothing happens; so garbage is collected before memory counts as short.
 */
export class Memory {
  readonly #maxPercent: number;
  readonly #source: MemorySource;
  readonly #now: () => number;
  #percent = 0;
  #readAt = Number.NEGATIVE_INFINITY;
  #collectAt = Number.NEGATIVE_INFINITY;

  /** @param now gives milliseconds. */
  constructor(maxPercent: number, source: MemorySource, now: () => number) {
    this.#maxPercent = maxPercent;
    this.#source = source;
    this.#now = now;
  }

  /** How much is in use, in per cent of what may be: of the heap or of the process, whichever is nearer its limit. */
  get percent(): number {
    const now = this.#now();
    if (now - this.#readAt < freshMs) return this.#percent;
    this.#read();
    if (this.#percent > this.#maxPercent && now >= this.#collectAt) {
      this.#source.collectGarbage();
      const end = this.#now();
      this.#collectAt = end + Math.max(minPauseMs, pauseFactor * (end - now));
      this.#read();
    }
    return this.#percent;
  }

  get isShort(): boolean {
    return this.percent > this.#maxPercent;
  }

  #read(): void {
    const { resident, available, heapUsed, heapLimit } = this.#source.read();
    this.#percent = 100 * Math.max(resident / available, heapUsed / heapLimit);
    this.#readAt = this.#now();
  }
}

/** The memory of this process. */
export function createMemorySource(): MemorySource {
  const available = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  let collect: NodeJS.GCFunction | undefined;
  return {
    read() {
      const { used_heap_size: heapUsed, heap_size_limit: heapLimit } = getHeapStatistics();
      return { resident: readResident(), available, heapUsed, heapLimit };
    },
    collectGarbage() {
      collect ??= getCollector();
      // Only as a last resort does V8 give memory back to the system within the next seconds.
      collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    },
  };
}

/** Source: proc_pid_status(5). Elsewhere than on Linux, all that is resident counts. */
function readResident(): number {
  try {
    const kilobytes = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1];
    return kilobytes === undefined ? process.memoryUsage.rss() : Number(kilobytes) * 1024;
  } catch {
    return process.memoryUsage.rss();
  }
}

/** V8's own collector, which it shows only to contexts that are made while it is told to. */
function getCollector(): NodeJS.GCFunction {
  setFlagsFromString('--expose-gc');
  const collect: NodeJS.GCFunction = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  return collect;
}
