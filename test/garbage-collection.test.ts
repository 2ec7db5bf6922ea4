import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const source = new URL('../src/garbage-collection.ts', import.meta.url).href;

/**
 * Allocates 3 GB in a process of its own, 400 MB per second, as a server does under load.
 *
 * @param alive how many of the latest objects, of 1 kB each, are reachable.
 * @returns the size of the young generation in the end, and the largest of the old one since half of the time.
 */
async function growUnderLoad(alive: number, prepare = ''): Promise<{ youngMegabytes: number; oldMegabytes: number }> {
  const program = `
    import { getHeapSpaceStatistics } from 'node:v8';
    import { tuneGarbageCollection } from '${source}';
    ${prepare}
    const latest = new Array(${alive});
    let next = 0;
    let turns = 0;
    let oldMegabytes = 0;
    const find = (name) => getHeapSpaceStatistics().find(({ space_name }) => space_name === name);
    setInterval(() => {
      for (let n = 0; n < 16_000; n++) latest[next++ % ${alive}] = new Array(120).fill(n);
      if (++turns > 100) oldMegabytes = Math.max(oldMegabytes, find('old_space').space_used_size / 1_048_576);
      if (turns < 200) return;
      console.log(JSON.stringify({ youngMegabytes: find('new_space').space_size / 1_048_576, oldMegabytes }));
      process.exit();
    }, 40);
  `;
  // On a busy machine, a collection would wait for its helper threads. The default maximum depends on Node and the machine.
  const flags = ['--single-threaded-gc', '--max-semi-space-size=64', '--input-type=module', '--eval'];
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, program]);
  return JSON.parse(stdout);
}

it.concurrent.each([
  ['V8 alone lets it grow to its maximum', 1_000, '', 128],
  ['it stays at half of that while its collections take little time', 1_000, 'tuneGarbageCollection();', 64],
  ['it grows to its maximum while they take much', 24_000, 'tuneGarbageCollection();', 128],
])('the young generation: %s', async (_what, alive, prepare, megabytes) => {
  expect((await growUnderLoad(alive, prepare)).youngMegabytes).toBe(megabytes);
});

it.concurrent('the old generation grows less than with V8 alone', async () => {
  const [alone, tuned] = await Promise.all([growUnderLoad(48_000), growUnderLoad(48_000, 'tuneGarbageCollection();')]);
  expect(tuned.oldMegabytes).toBeLessThan(alone.oldMegabytes * 0.8);
});
