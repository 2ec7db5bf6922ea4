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

it('lets what arrives alone continue at the end of its turn of the event loop', async () => {
  const lockstep = new Lockstep(32);
  const steps: string[] = [];
  const alone = lockstep.join().then(() => steps.push('alone'));
  const next = new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve))).then(() => steps.push('next'));
  await Promise.all([alone, next]);
  expect(steps).toEqual(['alone', 'next']);
});

it('waits for those that arrive later in the same turn', async () => {
  const lockstep = new Lockstep(32);
  const steps: string[] = [];
  const run = async (name: string): Promise<void> => {
    await lockstep.join();
    steps.push(name);
    await null;
    steps.push(name);
  };
  const first = run('first');
  await null;
  await Promise.all([first, run('second')]);
  expect(steps).toEqual(['first', 'second', 'first', 'second']);
});

/**
 * Makes two join in the same turn, then one more in each of the following turns.
 *
 * @returns the number that had joined when the first one continued.
 */
async function joinInEachTurn(lockstep: Lockstep, later: number): Promise<number> {
  let joined = 0;
  let before = 0;
  const run = async (): Promise<void> => {
    joined++;
    await lockstep.join();
    before ||= joined;
  };
  const all = [run(), run()];
  for (let turn = 1; turn <= later; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    all.push(run());
  }
  await Promise.all(all);
  return before;
}

it('waits for those that the next turns bring, until one brings none', async () => {
  expect(await joinInEachTurn(new Lockstep(32), 0)).toBe(2);
  expect(await joinInEachTurn(new Lockstep(32), 1)).toBe(3);
  expect(await joinInEachTurn(new Lockstep(32), 2)).toBe(4);
});

it('waits for four turns at most, and no longer than until the group is full', async () => {
  expect(await joinInEachTurn(new Lockstep(32), 20)).toBe(5);
  expect(await joinInEachTurn(new Lockstep(4), 20)).toBe(4);
  expect(await joinInEachTurn(new Lockstep(2), 20)).toBe(2);
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
