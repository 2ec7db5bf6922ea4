import { openSync, readSync } from 'node:fs';
import { totalmem } from 'node:os';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Memory use of the process, and its limits, in bytes. */
export interface MemoryReading {
  /** Memory that the system cannot reclaim: includes garbage and spare heap pages, but not program code. */
  readonly resident: number;
  /** The memory limit of the container, or the memory of the machine. */
  readonly available: number;
  readonly heapUsed: number;
  /** V8's heap limit; the process dies when it needs more. */
  readonly heapLimit: number;
}

/** The source of memory readings. */
export interface MemorySource {
  read(): MemoryReading;
  /** Collects garbage, and returns freed memory to the system. */
  collectGarbage(): void;
}

/** How long a reading is reused, in milliseconds. */
const freshMs = 20;

/** Pause after a forced collection: this multiple of its duration, but at least `minPauseMs` milliseconds. */
const pauseFactor = 4;
const minPauseMs = 200;

/**
 * Detects whether the process is about to run out of memory, measured against V8's heap limit and the system's limit.
 * Much of the memory in use may be garbage, which V8 keeps as long as its own limits allow, and indefinitely while the
 * process is idle. So garbage is collected before memory counts as short.
 */
export class Memory {
  readonly #maxPercent: number;
  readonly #source: MemorySource;
  readonly #now: () => number;
  #percent = 0;
  #readAt = Number.NEGATIVE_INFINITY;
  #collectAt = Number.NEGATIVE_INFINITY;

  /** @param now returns the current time in milliseconds. */
  constructor(maxPercent: number, source: MemorySource, now: () => number) {
    this.#maxPercent = maxPercent;
    this.#source = source;
    this.#now = now;
  }

  /** Memory in use, as a percentage of the limit of the heap or of the process, whichever is closer to its limit. */
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
  let resident = 0;
  return {
    read() {
      const { used_heap_size: heapUsed, heap_size_limit: heapLimit } = getHeapStatistics();
      // `rss` opens a file, which fails while the process may open no more.
      resident = tryTo(readAnonymous) ?? tryTo(process.memoryUsage.rss) ?? resident;
      return { resident, available, heapUsed, heapLimit };
    },
    collectGarbage() {
      collect ??= getCollector();
      // V8 returns memory to the system promptly only in this mode.
      collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    },
  };
}

/** One for the process, because it keeps a file open. */
const readAnonymous = tryTo(createAnonymousReader) ?? (() => null);

/**
 * Reads anonymous resident memory. Source: proc_pid_status(5). The file stays open, because opening it takes most of the
 * time of a reading, and requests wait for that.
 *
 * @throws except on Linux; on other systems, all resident memory counts.
 */
function createAnonymousReader(): () => number | null {
  const file = openSync('/proc/self/status', 'r');
  // A process may belong to hundreds of groups, which come first.
  const buffer = Buffer.alloc(16_384);
  return () => {
    const text = buffer.toString('latin1', 0, readSync(file, buffer, 0, buffer.length, 0));
    const kilobytes = /^RssAnon:\s+(\d+) kB$/m.exec(text)?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) * 1024;
  };
}

/** What a function returns; null if it throws. */
function tryTo<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}

/** V8's collector. V8 exposes it only to contexts created while `--expose-gc` is set. */
function getCollector(): NodeJS.GCFunction {
  setFlagsFromString('--expose-gc');
  const collect: NodeJS.GCFunction = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  return collect;
}
