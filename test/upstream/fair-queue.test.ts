import { expect, it } from 'vitest';
import { FairQueue, type QueueEntry } from '../../src/upstream/fair-queue.ts';
import { collectGarbage } from '../support/garbage.ts';

function create(options: Partial<ConstructorParameters<typeof FairQueue>[0]> = {}) {
  const queue = new FairQueue({ places: 2, placesPerKey: 2, maxWaiting: 100, ...options });
  const entered: string[] = [];
  return {
    queue,
    entered,
    /** Enters, immediately or when its turn comes; the test decides when it leaves. */
    come(key: string, name = key): () => void {
      if (queue.tryEnter(key)) {
        entered.push(name);
        return () => {};
      }
      const entry = queue.wait(key, () => void entered.push(name));
      return () => queue.stopWaiting(key, entry);
    },
  };
}

it('keys take turns, however many calls wait for one of them', () => {
  const { queue, entered, come } = create({ places: 1, placesPerKey: 1 });
  for (const name of ['a1', 'a2', 'a3', 'b1', 'c1', 'a4', 'b2']) come(name.slice(0, 1), name);
  for (let left = 0; left < 7; left++) queue.leave((entered[left] ?? '').slice(0, 1));
  expect(entered).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4']);
  expect([queue.inside, queue.waiting]).toEqual([0, 0]);
});

it('a key gets a limited number of slots, so that others find a free one', () => {
  const { queue, entered, come } = create({ places: 3, placesPerKey: 2 });
  for (const key of ['a', 'a', 'a', 'b']) come(key);
  expect(entered).toEqual(['a', 'a', 'b']);
  queue.leave('b');
  expect(entered).toEqual(['a', 'a', 'b']);
  queue.leave('a');
  expect(entered).toEqual(['a', 'a', 'b', 'a']);
});

it('a call that gives up after its turn takes no place from a later one with the same key', () => {
  const { queue, entered, come } = create({ places: 1 });
  come('a', 'a1');
  const giveUp = come('a', 'a2');
  queue.leave('a');
  queue.leave('a');
  come('a', 'a3');
  come('a', 'a4');
  giveUp();
  expect([queue.inside, queue.waiting]).toEqual([1, 1]);
  queue.leave('a');
  expect(entered).toEqual(['a1', 'a2', 'a3', 'a4']);
  queue.leave('a');
  giveUp();
  expect([queue.inside, queue.waiting]).toEqual([0, 0]);
});

it('a call that gives up waiting is skipped', () => {
  const { queue, entered, come } = create({ places: 1 });
  come('a', 'a1');
  const giveUp = come('a', 'a2');
  come('a', 'a3');
  giveUp();
  giveUp();
  expect(queue.waiting).toBe(1);
  queue.leave('a');
  expect(entered).toEqual(['a1', 'a3']);
  queue.leave('a');
  expect([queue.inside, queue.waiting]).toEqual([0, 0]);
});

it('the number of waiting calls is limited, with at most half for one key', () => {
  const { queue, come } = create({ places: 1, maxWaiting: 4 });
  for (const key of ['a', 'a', 'a']) come(key);
  expect([queue.isFull('a'), queue.isFull('b')]).toEqual([true, false]);
  for (const key of ['b', 'b']) come(key);
  expect([queue.isFull('b'), queue.isFull('c')]).toEqual([true, true]);
});

it('keys that have left or given up take no memory', () => {
  const { queue, come } = create({ places: 1, placesPerKey: 1 });
  const used = (): number => {
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };
  const passThrough = (keys: number): void => {
    for (let number = 0; number < keys; number++) {
      come(`enters ${number}`);
      come(`gives up ${number}`)();
      come(`waits ${number}`);
      queue.leave(`enters ${number}`);
      queue.leave(`waits ${number}`);
    }
  };
  passThrough(1);
  const before = used();
  passThrough(3_000);
  expect([queue.inside, queue.waiting]).toEqual([0, 0]);
  // Each of them would take more than 300 bytes.
  expect(used() - before).toBeLessThan(500_000);
});

it('a key with another entry inside or waiting keeps its limits', () => {
  const { queue, entered, come } = create({ places: 3, placesPerKey: 1 });
  come('a', 'a1');
  come('a', 'a2')();
  come('a', 'a3');
  expect(entered).toEqual(['a1']);
  queue.leave('a');
  come('a', 'a4');
  expect(entered).toEqual(['a1', 'a3']);
});

it('in any order of entering, leaving and giving up, no slot is lost and no call waits while one is free', () => {
  let seed = 1;
  const random = (below: number): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  const { queue } = create({ places: 3, placesPerKey: 2 });
  const inside: string[] = [];
  const waiting = new Map<QueueEntry, string>();
  for (let step = 0; step < 5_000; step++) {
    const key = 'abcd'.charAt(random(4));
    const action = random(3);
    if (action === 0) {
      if (queue.tryEnter(key)) inside.push(key);
      else {
        const entry = queue.wait(key, () => {
          waiting.delete(entry);
          inside.push(key);
        });
        waiting.set(entry, key);
      }
    } else if (action === 1 && inside.length > 0) {
      queue.leave(inside.splice(random(inside.length), 1)[0] as string);
    } else {
      const [entry] = [...waiting.keys()].slice(random(waiting.size + 1));
      if (entry) {
        queue.stopWaiting(waiting.get(entry) ?? '', entry);
        waiting.delete(entry);
      }
    }
    expect(queue.inside).toBe(inside.length);
    expect(queue.waiting).toBe(waiting.size);
    expect(inside.length).toBeLessThanOrEqual(3);
    const count = (wanted: string): number => inside.filter((held) => held === wanted).length;
    for (const held of inside) expect(count(held)).toBeLessThanOrEqual(2);
    if (inside.length < 3) for (const key of waiting.values()) expect(count(key)).toBe(2);
  }
});
