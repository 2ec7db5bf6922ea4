/**
 * The gateway as a process of its own that measures what it costs: started by `startMeter`, which sends
 * `reset`, `collect and reset`, and `read`.
 */
import { getHeapStatistics } from 'node:v8';
import { createApp } from '../../../src/app.ts';
import { createLogger } from '../../../src/logging/log.ts';
import { parseSettings } from '../../../src/settings/parse-settings.ts';

/** What was used since the last `reset`. */
export interface Used {
  /** Processor time of the main thread, in milliseconds. */
  readonly cpuMs: number;
  /** How long the event loop was busy in all, in milliseconds, by the clock on the wall. */
  readonly busyMs: number;
  /** How long it was busy at a time: by the clock on the wall, and in processor time. */
  readonly blockMs: number;
  readonly blockCpuMs: number;
  /** The largest log line, and all together, in bytes. */
  readonly lineBytes: number;
  readonly logBytes: number;
  /** How much memory was in use at the most, garbage included, beside what was in use before. */
  readonly memoryBytes: number;
  /** How many lines tell of a defect. */
  readonly defects: number;
  /** How long work took that is always the same, by the clock on the wall: how busy the machine is. */
  readonly paceMs: number;
}

const { imagesApiUrl, ...settings } = parseSettings(process.env);
if (imagesApiUrl === null) throw new Error('the measurement brings its own Images API');

const lines: string[] = [];
/** Work that is always the same. */
const sampleJson = JSON.stringify(
  Array.from({ length: 4_000 }, (_, index) => ({ index, text: `text ${index}`, list: [1] })),
);
const app = await createApp({
  settings: { ...settings, imagesApiUrl },
  log: createLogger('info', 'iso', (line) => void lines.push(line)),
  sample: { document: '', headers: {} },
});

let [cpu, loop] = [process.threadCpuUsage(), performance.eventLoopUtilization()];
let [tickAt, tickCpu] = [performance.now(), 0];
let [blockMs, blockCpuMs] = [0, 0];
let [memoryBefore, memoryAfter] = [0, 0];
let paceMs = 0;

function tick(): void {
  const [now, cpuNow, memory] = [performance.now(), cpuMs(), usedBytes()];
  blockMs = Math.max(blockMs, now - tickAt);
  blockCpuMs = Math.max(blockCpuMs, cpuNow - tickCpu);
  memoryAfter = Math.max(memoryAfter, memory);
  [tickAt, tickCpu] = [now, cpuNow];
}

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage(cpu);
  return (user + system) / 1000;
}

function usedBytes(): number {
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
  return heap + external;
}

function measurePace(): void {
  const start = performance.now();
  JSON.stringify(JSON.parse(sampleJson));
  paceMs = performance.now() - start;
}

function reset(): void {
  lines.length = 0;
  [cpu, loop] = [process.threadCpuUsage(), performance.eventLoopUtilization()];
  memoryBefore = usedBytes();
  memoryAfter = memoryBefore;
  [blockMs, blockCpuMs] = [0, 0];
  [tickAt, tickCpu] = [performance.now(), 0];
}

function read(): Used {
  tick();
  const sizes = lines.map((line) => Buffer.byteLength(line));
  return {
    cpuMs: cpuMs(),
    busyMs: performance.eventLoopUtilization(loop).active,
    blockMs,
    blockCpuMs,
    lineBytes: Math.max(0, ...sizes),
    logBytes: sizes.reduce((sum, size) => sum + size, 0),
    memoryBytes: memoryAfter - memoryBefore,
    defects: lines.filter((line) => line.includes('"msg":"defect"')).length,
    paceMs,
  };
}

setInterval(tick, 1);
process.on('message', (message) => {
  if (message !== 'read') {
    if (message === 'collect and reset') {
      measurePace();
      globalThis.gc?.();
    }
    reset();
    process.send?.('ready');
  } else process.send?.(read());
});
process.on('disconnect', () => process.exit());
process.send?.(await app.listen());
