// Four times as many operations as can be answered, for a minute each: where the Images API is what cannot keep up, and
// where the gateway's own processor is. What is answered must stay near what can be answered at best, and at the same
// pace; the rest must be turned away at once.
// Usage: node test/endurance/overload.ts [seconds]

import { createServer } from 'node:http';
import { listen } from '../support/listen.ts';
import { Client, type Outcome, type Program, print, quantile, startProgram, tally } from './gateway.ts';

const seconds = Number(process.argv[2] ?? 60);

/** How many operations may run at once in each scenario: what fits into the second or so that a caller is ready to wait. */
const maxConcurrent = 64;

interface Scenario {
  readonly name: string;
  /** How long the Images API takes for each call, and how many it answers at once. */
  readonly callMs: number;
  readonly callsAtOnce: number;
  readonly query: string;
}

const scenarios: readonly Scenario[] = [
  {
    name: 'the Images API is the bottleneck, as fast as Glance with two workers',
    callMs: 20,
    callsAtOnce: 4,
    query: '{ images(first: 20) { nodes { id name } } }',
  },
  {
    name: 'the processor is the bottleneck: 21 calls for each operation, answered at once',
    callMs: 0,
    callsAtOnce: 16,
    query: '{ images(first: 20) { nodes { id name members { memberId status createdAt updatedAt } } } }',
  },
];

const time = '2026-01-01T00:00:00Z';
const page = JSON.stringify({
  images: Array.from({ length: 20 }, (_, index) => ({ id: `image-${index}`, name: 'an image', visibility: 'shared' })),
});

function toMembers(imageId: string): string {
  const row = {
    image_id: imageId,
    status: 'accepted',
    created_at: time,
    updated_at: time,
    schema: '/v2/schemas/member',
  };
  return JSON.stringify({ members: Array.from({ length: 20 }, (_, n) => ({ ...row, member_id: `project-${n}` })) });
}

const members = new Map(Array.from({ length: 20 }, (_, index) => [`image-${index}`, toMembers(`image-${index}`)]));

function startImages(callMs: number) {
  return listen(
    createServer((request, response) => {
      const imageId = /\/images\/([^/?]+)\/members/.exec(request.url ?? '')?.[1];
      const body = imageId === undefined ? page : (members.get(imageId) ?? '{}');
      const answer = () => response.writeHead(200, { 'content-type': 'application/json' }).end(body);
      if (callMs === 0) answer();
      else setTimeout(answer, callMs);
    }),
  );
}

/** One of a hundred callers. */
function someone(): string {
  return `token-${Math.floor(Math.random() * 100)}`;
}

interface Load {
  readonly goodput: number;
  readonly outcomes: readonly Outcome[];
}

/** Sends so many operations a second, whatever becomes of them. */
async function offer(gateway: Program, query: string, rate: number, forSeconds: number): Promise<Load> {
  const client = new Client(gateway.url, 256);
  const outcomes: Outcome[] = [];
  const pending = new Set<Promise<void>>();
  const start = performance.now();
  let sent = 0;
  while (performance.now() - start < forSeconds * 1000) {
    const due = ((performance.now() - start) / 1000) * rate;
    for (; sent < due; sent++) {
      // What the caller itself cannot send any more says nothing of the gateway.
      if (pending.size >= 256) continue;
      const asked = client.ask(someone(), query).then((outcome) => {
        outcomes.push(outcome);
        pending.delete(asked);
      });
      pending.add(asked);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const within = outcomes.filter(({ status }) => status === 200).length;
  await Promise.all(pending);
  await client.close();
  return { goodput: within / forSeconds, outcomes };
}

/** Asks as fast as answers come. */
async function peak(gateway: Program, query: string, forSeconds: number): Promise<number> {
  const client = new Client(gateway.url, 16);
  const end = performance.now() + forSeconds * 1000;
  let answered = 0;
  const worker = async (): Promise<void> => {
    while (performance.now() < end) {
      const { status } = await client.ask(someone(), query);
      if (status === 200) answered++;
    }
  };
  await Promise.all(Array.from({ length: 16 }, worker));
  await client.close();
  return answered / forSeconds;
}

for (const { name, callMs, callsAtOnce, query } of scenarios) {
  print(name);
  await using images = await startImages(callMs);
  await using gateway = await startProgram({
    IMAGES_API_URL: images.url,
    UPSTREAM_CONNECTIONS: String(callsAtOnce),
    MAX_CONCURRENT_OPERATIONS: String(maxConcurrent),
    // What many ask for at once would be asked of the Images API once, and more could be answered than at the peak.
    SHARE_READS: 'false',
    LOG_LEVEL: 'silent',
  });
  await peak(gateway, query, 5);
  const best = await peak(gateway, query, 10);
  print(`  peak: ${Math.round(best)} operations a second`);
  for (const factor of [0.5, 4]) {
    const { goodput, outcomes } = await offer(gateway, query, best * factor, factor === 4 ? seconds : 8);
    const times = outcomes.filter(({ status }) => status === 200).map(({ ms }) => ms);
    const shed = outcomes.filter(({ status }) => status === 503).map(({ ms }) => ms);
    const turnedAway =
      shed.length > 0
        ? `turned away in ${quantile(shed, 0.5).toFixed(0)} ms (95 %: ${quantile(shed, 0.95).toFixed(0)}); `
        : '';
    print(
      `  at ${factor} times the peak: ${Math.round(goodput)} answered a second, ${Math.round((100 * goodput) / best)} % of ` +
        `the peak; answered in ${quantile(times, 0.5).toFixed(0)} ms (95 %: ${quantile(times, 0.95).toFixed(0)}), ` +
        `${turnedAway}${tally(outcomes)}`,
    );
  }
  // A machine with other things to do gives different peaks: the one after tells how far the figures can be trusted.
  print(`  peak again: ${Math.round(await peak(gateway, query, 10))} operations a second`);
}
