import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const program = fileURLToPath(new URL('../../bench/scale/run.ts', import.meta.url));

/** The goodput of ten windows of ten seconds, in per cent, as the simulation shows it. */
async function simulate(...args: string[]): Promise<number[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...args]);
  const row = stdout.trim().split('\n').at(-1) ?? '';
  return (row.split('|')[5] ?? '').trim().split(' ').map(Number);
}

it('a run with the same seed is the same run', async () => {
  const args = ['--callers', '50', '--scenario', 'slow', '--seed', '7', 'UPSTREAM_QUEUE=20'];
  expect(await simulate(...args)).toEqual(await simulate(...args));
}, 120_000);

it('with few operations at a time, a slow Glance answers as many as it can; with the defaults, all come too late', async () => {
  const slow = ['--callers', '1000', '--scenario', 'slow'];
  const [few, defaults] = await Promise.all([
    simulate(...slow, 'MAX_CONCURRENT_OPERATIONS=12'),
    simulate(...slow, 'MAX_CONCURRENT_OPERATIONS=1024'),
  ]);
  // Glance is slow for three windows. What is asked in the second neither began before nor is answered after that.
  expect(few[1]).toBeGreaterThan(60);
  expect(defaults[1]).toBeLessThan(20);
}, 120_000);
