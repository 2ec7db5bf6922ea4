import { expect, it } from 'vitest';
import { Turns } from '../../src/upstream/turns.ts';

/** Runs tasks that end when they are told to. */
function createTasks(places: number) {
  const turns = new Turns(places);
  const started: string[] = [];
  const running = new Map<string, PromiseWithResolvers<string>>();
  function run(name: string): Promise<string> {
    return turns.run(() => {
      started.push(name);
      const task = Promise.withResolvers<string>();
      running.set(name, task);
      return task.promise;
    });
  }
  return { run, started, running };
}

it('runs as many tasks as there are places, and then the others in order', async () => {
  const { run, started, running } = createTasks(2);
  const results = ['a', 'b', 'c', 'd'].map(run);
  expect(started).toEqual(['a', 'b']);
  running.get('b')?.resolve('B');
  expect(await results[1]).toBe('B');
  expect(started).toEqual(['a', 'b', 'c']);
  running.get('a')?.resolve('A');
  expect(await results[0]).toBe('A');
  expect(started).toEqual(['a', 'b', 'c', 'd']);
  running.get('c')?.resolve('C');
  running.get('d')?.resolve('D');
  expect(await Promise.all(results)).toEqual(['A', 'B', 'C', 'D']);
  const last = ['e', 'f', 'g'].map(run);
  expect(started).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  expect(last).toHaveLength(3);
});

it('gives the place of a task that fails to the next one', async () => {
  const { run, started, running } = createTasks(1);
  const failing = run('a');
  const waiting = run('b');
  running.get('a')?.reject(new Error('no'));
  await expect(failing).rejects.toThrow('no');
  expect(started).toEqual(['a', 'b']);
  running.get('b')?.reject(new Error('not this either'));
  await expect(waiting).rejects.toThrow('not this either');
});
