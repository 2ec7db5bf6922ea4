import { expect, it } from 'vitest';
import { Token } from '../../src/token.ts';
import type { CallBudget } from '../../src/upstream/call-budget.ts';
import { FairQueue } from '../../src/upstream/fair-queue.ts';
import { ImagesClient } from '../../src/upstream/images-client.ts';
import { createTransport } from '../support/transport.ts';
import { startUpstream } from '../support/upstream.ts';

const images = ['a', 'b', 'c', 'd', 'e'];

/** A client that may make two calls concurrently. */
function createClient(url: string, deadlineMs = 10_000) {
  const queue = new FairQueue({ places: 10, placesPerKey: 2, maxWaiting: 10 });
  const { transport, ...pool } = createTransport(url, { queue, deadlineMs, retries: 0 });
  let calls = 0;
  const budget: CallBudget = {
    isVerified: false,
    refusal: null,
    isExceeded: false,
    startCall: () => void calls++,
    receive: () => {},
    acceptToken: () => {},
    refuseToken: () => {},
  };
  const caller = { token: new Token('t'), requestId: 'r', signal: new AbortController().signal, budget };
  const client = new ImagesClient(transport, null, caller);
  return { ...pool, client, queue, counted: () => calls };
}

it('makes as many reads as its token may make concurrently, and lets the others wait outside the queue', async () => {
  const holding: (() => void)[] = [];
  await using upstream = await startUpstream((response) => {
    holding.push(() => response.end('{"members":[]}'));
  });
  await using session = createClient(upstream.url);
  const lists = images.map((id) => session.client.listMembers(id));
  expect(session.counted()).toBe(5);
  await upstream.arrived(2);
  expect(session.queue).toMatchObject({ inside: 2, waiting: 0 });
  for (const count of [3, 4, 5]) {
    holding.shift()?.();
    await upstream.arrived(count);
    expect(session.queue).toMatchObject({ inside: 2, waiting: 0 });
  }
  for (const answer of holding) answer();
  expect(await Promise.all(lists)).toEqual(images.map(() => ({ rows: [], errors: [] })));
  expect(upstream.received.map(({ target }) => target)).toEqual(images.map((id) => `/v2/images/${id}/members`));
});

it('counts the wait for a turn in the deadline of a read', async () => {
  await using upstream = await startUpstream(() => {});
  await using session = createClient(upstream.url, 100);
  const lists = await Promise.allSettled(images.map((id) => session.client.listMembers(id)));
  const timeout = { status: 'rejected', reason: expect.objectContaining({ code: 'UPSTREAM_TIMEOUT' }) };
  expect(lists).toEqual(images.map(() => timeout));
  expect(upstream.received).toHaveLength(2);
});
