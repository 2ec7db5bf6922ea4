// Four times as many operations as the Images API behind the gateway can answer: what is answered must stay near what can
// be answered at best, at the same pace, and the rest be turned away at once.
// Usage: node test/endurance/overload.ts [seconds]

import { createServer } from 'node:http';
import { listen } from '../support/listen.ts';
import { Client, type Outcome, print, quantile, startProgram, tally } from './gateway.ts';

const seconds = Number(process.argv[2] ?? 60);
const query = 'query Page { images(first: 20) { nodes { id name } } }';

/** As fast as Glance with two workers: four calls at once, each in 20 ms. */
const callMs = 20;
const callsAtOnce = 4;
const page = JSON.stringify({
  images: Array.from({ length: 20 }, (_, index) => ({ id: `image-${index}`, name: 'an image', visibility: 'shared' })),
});
await using images = await listen(
  createServer((_request, response) => {
    setTimeout(() => response.writeHead(200, { 'content-type': 'application/json' }).end(page), callMs);
  }),
);

await using gateway = await startProgram({
  IMAGES_API_URL: images.url,
  UPSTREAM_CONNECTIONS: String(callsAtOnce),
  // What fits into the second or so that a caller is ready to wait.
  MAX_CONCURRENT_OPERATIONS: '64',
  LOG_LEVEL: 'silent',
});

/** One of a hundred callers: what one of them asks for at the same time is asked of the Images API once. */
function someone(): string {
  return `token-${Math.floor(Math.random() * 100)}`;
}

interface Load {
  readonly goodput: number;
  readonly outcomes: readonly Outcome[];
}

/** Sends so many operations a second, whatever becomes of them. */
async function offer(rate: number, forSeconds: number): Promise<Load> {
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
async function peak(forSeconds: number): Promise<number> {
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

await peak(3);
const best = await peak(10);
print(`peak: ${Math.round(best)} operations a second`);
for (const factor of [0.5, 4]) {
  const { goodput, outcomes } = await offer(best * factor, factor === 4 ? seconds : 8);
  const times = outcomes.filter(({ status }) => status === 200).map(({ ms }) => ms);
  const shed = outcomes.filter(({ status }) => status === 503).map(({ ms }) => ms);
  print(
    `at ${factor} times the peak: ${Math.round(goodput)} answered a second, ${Math.round((100 * goodput) / best)} % of the peak; ` +
      `answered in ${quantile(times, 0.5).toFixed(0)} ms (95 %: ${quantile(times, 0.95).toFixed(0)}), ` +
      `turned away in ${quantile(shed, 0.5).toFixed(0)} ms (95 %: ${quantile(shed, 0.95).toFixed(0)}); ${tally(outcomes)}`,
  );
}
// A machine with other things to do gives different peaks: the one after tells how far the figures can be trusted.
print(`peak again: ${Math.round(await peak(10))} operations a second`);
