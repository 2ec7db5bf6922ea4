/**
 * The gateway in a separate process that measures its own resource use. `startMeter` starts it, and sends `reset`,
 * `collect and reset`, and `read`.
 */
import { getHeapStatistics } from 'node:v8';
import { createApp } from '../../../src/app.ts';
import { createLogger } from '../../../src/logging/log.ts';
import { parseSettings } from '../../../src/settings/parse-settings.ts';

/** Resources used since the last `reset`. */
export interface Used {
  /** CPU time of the main thread, in milliseconds. */
  readonly cpuMs: number;
  /** Total time that the event loop was busy, in milliseconds of wall-clock time. */
  readonly busyMs: number;
  /** The longest uninterrupted block of the event loop, in wall-clock time and in CPU time. */
  readonly blockMs: number;
  readonly blockCpuMs: number;
  /** Size of the largest log line, and of all log lines, in bytes. */
  readonly lineBytes: number;
  readonly logBytes: number;
  /** Peak growth of memory, including garbage. */
  readonly memoryBytes: number;
  /** Number of log lines that report a bug. */
  readonly defects: number;
  /** Wall-clock time of a fixed amount of work, which shows how busy the machine is. */
  readonly paceMs: number;
}

const { imagesApiUrl, ...settings } = parseSettings(process.env);
if (imagesApiUrl === null) throw new Error('the measurement brings its own Images API');

const lines: string[] = [];
/** The input of the fixed amount of work. */
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
