// A thousand subscribers of 200 views, while members change straight at the Images API: upstream calls must stay within
// their budget, and changes must be told within the poll interval. The environment sets the gateway's settings.
// Usage: node test/endurance/subscriptions.ts [seconds]
import { setTimeout as sleep } from 'node:timers/promises';
import { startSimulator } from '../../src/simulator/server.ts';
import { World } from '../../src/simulator/world.ts';
import { transports } from '../support/subscribe.ts';
import { startProgram } from './gateway.ts';

const seconds = Number(process.argv[2] ?? 300);
const views = 200;
const subscribersPerView = 5;
const token = 'token-of-producer';
const owner = '1'.repeat(32);
const consumer = 'a'.repeat(32);

const world = new World();
world.addIdentity({ name: 'producer', projectId: owner, token, roles: ['member'] });
const images = Array.from({ length: views }, () => world.addImage({ owner, visibility: 'shared' }).id);
/** When each call came, on the clock of `performance`; the changes made below are no reads. */
const calls: number[] = [];
await using simulator = await startSimulator({
  world,
  onRequest: ({ method }) => void (method === 'GET' && calls.push(performance.now())),
});
await using gateway = await startProgram({
  MAX_CONNECTIONS_PER_ADDRESS: '0',
  MAX_CONNECTIONS: '5000',
  ...(process.env as Record<string, string>),
  PORT: '0',
  IMAGES_API_URL: simulator.url,
});

/** When each image was changed, and how late its subscribers were told. */
const changedAt = new Map<string, number>();
const delays: number[] = [];
let payloads = 0;
let ended = 0;
const isOver = { now: false };

async function follow(imageId: string, transport: keyof typeof transports): Promise<void> {
  const query = `subscription { imageMembersChanged(imageId: "${imageId}") { changes { action memberId } } }`;
  const subscription = transports[transport](gateway.url, token, { query });
  try {
    for (let payload = await subscription.next(); payload !== null; payload = await subscription.next()) {
      payloads++;
      const at = changedAt.get(imageId);
      if (at !== undefined) delays.push(performance.now() - at);
    }
  } catch {
    // Counted below.
  }
  if (!isOver.now) ended++;
}

async function readMetric(name: string): Promise<number> {
  const text = await (await fetch(`${gateway.url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
}

async function readHeap(): Promise<number> {
  gateway.child.kill('SIGUSR2');
  await sleep(500);
  return (await readMetric('nodejs_heap_size_used_bytes')) / 1e6;
}

const order = ['websocket', 'sse', 'multipart', 'websocket', 'sse'] as const;
for (const imageId of images) {
  for (const transport of order.slice(0, subscribersPerView)) void follow(imageId, transport);
  // No storm: that is what `overload.ts` is for.
  await sleep(100);
}
while (payloads + ended < views * subscribersPerView) await sleep(200);
const heapBefore = await readHeap();
const startedAt = performance.now();
calls.length = 0;
const lags: number[] = [];

for (let round = 0; performance.now() - startedAt < seconds * 1_000; round++) {
  const imageId = images[round % views] ?? '';
  const members = `${simulator.url}/v2/images/${imageId}/members`;
  const isShared = Math.floor(round / views) % 2 === 1;
  const headers = { 'x-auth-token': token, 'content-type': 'application/json' };
  if (isShared) await fetch(`${members}/${consumer}`, { method: 'DELETE', headers });
  else await fetch(members, { method: 'POST', headers, body: JSON.stringify({ member: consumer }) });
  changedAt.set(imageId, performance.now());
  lags.push((await readMetric('nodejs_eventloop_lag_p99_seconds')) * 1_000);
  await sleep(250);
}
const heapAfter = await readHeap();
isOver.now = true;

function percentile(values: readonly number[], share: number): number {
  return Math.round([...values].sort((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? Number.NaN);
}

const elapsedS = (performance.now() - startedAt) / 1_000;
let busiest = 0;
for (let from = 0, to = 0; to < calls.length; to++) {
  while ((calls[to] ?? 0) - (calls[from] ?? 0) >= 1_000) from++;
  busiest = Math.max(busiest, to - from + 1);
}
process.stdout.write(
  `${JSON.stringify({
    subscribers: views * subscribersPerView,
    views,
    payloads,
    ended,
    callsPerSecond: Math.round((calls.length / elapsedS) * 10) / 10,
    callsInBusiestSecond: busiest,
    delayMs: { p50: percentile(delays, 0.5), p95: percentile(delays, 0.95), max: percentile(delays, 1) },
    eventLoopLagP99Ms: { p50: percentile(lags, 0.5), max: percentile(lags, 1) },
    heapMb: { before: Math.round(heapBefore), after: Math.round(heapAfter) },
  })}\n`,
);
process.exitCode = ended === 0 && busiest <= 40 && calls.length / elapsedS <= 21 ? 0 : 1;
gateway.child.kill('SIGTERM');
await gateway.exited;
process.exit();
