import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Lockstep } from '../src/lockstep.ts';

it('lets those that arrive at the same time take each step one right after the other', async () => {
  const lockstep = new Lockstep(32);
  const steps: string[] = [];
  const run = async (name: string): Promise<void> => {
    await lockstep.join();
    for (const step of [1, 2, 3]) {
      steps.push(`${name}${step}`);
      await null;
    }
  };
  await Promise.all(['a', 'b', 'c'].map(run));
  expect(steps).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'c2', 'a3', 'b3', 'c3']);
});

it('waits for those that arrive later in the same turn of the event loop', async () => {
  const lockstep = new Lockstep(32);
  const steps: string[] = [];
  const first = lockstep.join().then(() => steps.push('first'));
  await null;
  const second = lockstep.join().then(() => steps.push('second'));
  setImmediate(() => steps.push('the end of the turn'));
  await Promise.all([first, second]);
  expect(steps).toEqual(['first', 'second']);
});

it('starts those that arrive after a turn together, too', async () => {
  const lockstep = new Lockstep(32);
  await lockstep.join();
  const steps: number[] = [];
  const later = [1, 2].map(async (number) => {
    await lockstep.join();
    steps.push(number);
    await null;
    steps.push(number);
  });
  await Promise.all(later);
  expect(steps).toEqual([1, 2, 1, 2]);
});

it('lets no more continue together than it should: of a burst, the first ones end before the next ones start', async () => {
  const lockstep = new Lockstep(32);
  let running = 0;
  let most = 0;
  const run = async (): Promise<void> => {
    await lockstep.join();
    most = Math.max(most, ++running);
    for (let step = 0; step < 10; step++) await null;
    running--;
  };
  await Promise.all(Array.from({ length: 100 }, run));
  expect(most).toBe(32);
});

it('adds those that arrive while one group starts to the next group', async () => {
  const lockstep = new Lockstep(2);
  const groups: string[][] = [];
  const run = async (name: string): Promise<void> => {
    await lockstep.join();
    if (groups.length === 0) queueMicrotask(() => later.push(run('d')));
    const group = groups.at(-1);
    if (group === undefined || group.at(-1) === 'ended') groups.push([name]);
    else group.push(name);
    for (let step = 0; step < 10; step++) await null;
    if (groups.at(-1)?.at(-1) !== 'ended') groups.at(-1)?.push('ended');
  };
  const later: Promise<void>[] = [];
  await Promise.all(['a', 'b', 'c'].map(run));
  await Promise.all(later);
  expect(groups).toEqual([
    ['a', 'b', 'ended'],
    ['c', 'd', 'ended'],
  ]);
});

it('lets those that arrive after a turn wait for the end of their own turn', async () => {
  const lockstep = new Lockstep(32);
  await lockstep.join();
  await sleep(1);
  const steps: string[] = [];
  const late = lockstep.join().then(() => steps.push('late'));
  for (let step = 0; step < 10; step++) await null;
  expect(steps).toEqual([]);
  await late;
});
