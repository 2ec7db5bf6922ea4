import { execFile } from 'node:child_process';
import { constants } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { expect, it, vi } from 'vitest';
import { tuneGarbageCollection } from '../src/garbage-collection.ts';

type OnCollections = (list: { getEntries(): { duration: number; detail: { kind: number } }[] }) => void;

const v8 = vi.hoisted(() => ({
  heapSizeLimit: 0,
  youngMegabytes: 0,
  flags: [] as string[],
  onCollections: (() => {}) as OnCollections,
}));

vi.mock('node:v8', () => ({
  getHeapStatistics: () => ({ heap_size_limit: v8.heapSizeLimit }),
  getHeapSpaceStatistics: () => [{ space_name: 'new_space', space_size: v8.youngMegabytes * 1_048_576 }],
  setFlagsFromString: (flag: string) => void v8.flags.push(flag),
}));

vi.mock('node:perf_hooks', async (original) => ({
  ...(await original<typeof import('node:perf_hooks')>()),
  PerformanceObserver: class {
    constructor(onCollections: OnCollections) {
      v8.onCollections = onCollections;
    }
    observe(): void {}
  },
}));

const source = new URL('../src/garbage-collection.ts', import.meta.url).href;

/**
 * Allocates 4 GB in a process of its own, 400 MB per second, and is busy half of the time, as a server is under load.
 *
 * @param alive how many of the latest objects, of 1 kB each, are reachable.
 * @returns the size of the young generation in the end, in megabytes.
 */
async function growUnderLoad(alive: number, prepare = ''): Promise<number> {
  const program = `
    import { getHeapSpaceStatistics } from 'node:v8';
    import { tuneGarbageCollection } from '${source}';
    ${prepare}
    const latest = new Array(${alive});
    let next = 0;
    let turns = 0;
    setInterval(() => {
      for (const end = performance.now() + 20; performance.now() < end; );
      for (let n = 0; n < 16_000; n++) latest[next++ % ${alive}] = new Array(120).fill(n);
      if (++turns < 250) return;
      const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
      console.log(young.space_size / 1_048_576);
      process.exit();
    }, 40);
  `;
  // On a busy machine, a collection would wait for its helper threads. The default maximum depends on Node and the machine.
  const flags = ['--single-threaded-gc', '--max-semi-space-size=64', '--input-type=module', '--eval'];
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, program]);
  return Number(stdout);
}

it.concurrent.each([
  ['V8 alone lets it grow to its maximum', 500, '', [128]],
  ['it does not while its collections take little time', 500, 'tuneGarbageCollection();', [32, 64]],
  ['it grows to its maximum while they take much', 24_000, 'tuneGarbageCollection();', [128]],
])('the young generation: %s', async (_what, alive, prepare, megabytes) => {
  expect(megabytes).toContain(await growUnderLoad(alive, prepare));
});

it.each([
  ['may grow to 32 MB in any case', 16, 50, 1_000_000, true],
  ['stays at 32 MB if its collections take less than 2.5 % of the busy time', 32, 50, 2_010, false],
  ['may grow beyond if they take more', 32, 50, 1_990, true],
  ['stays at 64 MB if they take less than 5 %', 64, 50, 1_010, false],
  ['may grow beyond if they take more', 64, 50, 990, true],
  ['is not judged before they have taken 50 ms', 32, 49, 100, false],
])('the young generation %s', (_what, megabytes, collectionMs, busyMs, grows) => {
  let active = 1_000;
  vi.spyOn(performance, 'eventLoopUtilization').mockImplementation(() => ({ idle: 0, active, utilization: 1 }));
  const collect = (kind: number, duration: number): void =>
    v8.onCollections({ getEntries: () => [{ duration, detail: { kind } }] });
  v8.youngMegabytes = megabytes;
  v8.flags = [];
  tuneGarbageCollection();
  // Its size is new, so its collections are measured from now on.
  collect(constants.NODE_PERFORMANCE_GC_MINOR, 1_000);
  active += busyMs;
  collect(constants.NODE_PERFORMANCE_GC_MAJOR, 1_000);
  collect(constants.NODE_PERFORMANCE_GC_MINOR, collectionMs);
  const factors = v8.flags.filter((flag) => flag.startsWith('--semi-space-growth-factor='));
  // V8's own factor is 2.
  expect(factors.at(-1) ?? '--semi-space-growth-factor=2').toBe(`--semi-space-growth-factor=${grows ? 2 : 1}`);
});

it.each([
  [2_303, false],
  [2_304, true],
])('with a heap limit of %i MB, the growth of the old generation is set: %s', (megabytes, isSet) => {
  v8.heapSizeLimit = megabytes * 1_048_576;
  v8.flags = [];
  tuneGarbageCollection();
  expect(v8.flags.includes('--heap-growing-percent=165')).toBe(isSet);
});
