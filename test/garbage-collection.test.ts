import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it, vi } from 'vitest';
import { tuneGarbageCollection } from '../src/garbage-collection.ts';

const v8 = vi.hoisted(() => ({ heapSizeLimit: 0, flags: [] as string[] }));

vi.mock('node:v8', () => ({
  getHeapStatistics: () => ({ heap_size_limit: v8.heapSizeLimit }),
  getHeapSpaceStatistics: () => [],
  setFlagsFromString: (flag: string) => void v8.flags.push(flag),
}));

const source = new URL('../src/garbage-collection.ts', import.meta.url).href;

/**
 * Allocates 4 GB in a process of its own, 400 MB per second, as a server does under load.
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
  ['V8 alone enlarges it although little survives', 250, '', 64],
  ['it stays at half of that while its collections take little time', 250, 'tuneGarbageCollection();', 32],
  ['it grows to its maximum while they take much', 24_000, 'tuneGarbageCollection();', 128],
])('the young generation: %s', async (_what, alive, prepare, megabytes) => {
  expect(await growUnderLoad(alive, prepare)).toBe(megabytes);
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
