// Four times the sustainable load, for a minute each: once with the Images API as the bottleneck, and once with the
// gateway's own CPU. Throughput and latency of the answered operations must stay near those at peak;
// the others must be rejected immediately.
// Usage: node test/endurance/overload.ts [seconds]

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { Agent, request } from 'undici';
import { listen } from '../support/listen.ts';
import { type Outcome, type Program, print, quantile, startProgram, tally } from './gateway.ts';

const seconds = Number(process.argv[2] ?? 60);

interface Scenario {
  readonly name: string;
  /** The latency of each call to the Images API, and its concurrency. */
  readonly callMs: number;
  readonly callsAtOnce: number;
  /** The limit on concurrent operations: as many as fit into memory and into the time that a caller will wait. */
  readonly maxConcurrent: number;
  readonly query: string;
}

const scenarios: readonly Scenario[] = [
  {
    name: 'the Images API is the bottleneck, as fast as Glance with two workers',
    callMs: 20,
    callsAtOnce: 4,
    maxConcurrent: 64,
    query: '{ images(first: 20) { nodes { id name } } }',
  },
  {
    name: 'the CPU is the bottleneck: a page of 300 images per operation, which the Images API returns immediately',
    callMs: 0,
    callsAtOnce: 16,
    maxConcurrent: 16,
    query:
      '{ images(first: 300) { nodes { id name status visibility owner { id } tags size createdAt updatedAt ' +
      'diskFormat containerFormat minDisk minRam protected osHidden } pageInfo { endCursor } } }',
  },
];

const time = '2026-01-01T00:00:00Z';

function toPage(size: number): string {
  const image = { name: 'an image', status: 'active', visibility: 'shared', owner: 'a project', tags: ['one', 'two'] };
  const more = { size: 1, disk_format: 'raw', container_format: 'bare', min_disk: 0, min_ram: 0, protected: false };
  const rest = { os_hidden: false, created_at: time, updated_at: time };
  return JSON.stringify({
    images: Array.from({ length: size }, (_, index) => ({ id: `image-${index}`, ...image, ...more, ...rest })),
  });
}

const pages = new Map([20, 300].map((size) => [size, toPage(size)]));

function startImages(callMs: number) {
  return listen(
    createServer((request, response) => {
      // The gateway requests one more, to see whether there is a next page.
      const limit = Number(new URL(request.url ?? '', 'http://images').searchParams.get('limit')) - 1;
      const answer = () => response.writeHead(200, { 'content-type': 'application/json' }).end(pages.get(limit));
      if (callMs === 0) answer();
      else setTimeout(answer, callMs);
    }),
  );
}

/** One of a hundred callers. */
function someone(): string {
  return `token-${Math.floor(Math.random() * 100)}`;
}

/** Callers that check only the status: on two cores, their work slows the gateway down. */
class Callers {
  readonly #url: string;
  readonly #agent: Agent;

  constructor(url: string, connections: number) {
    this.#url = `${url}/graphql`;
    this.#agent = new Agent({ connections, pipelining: 1 });
  }

  async ask(query: string): Promise<Outcome> {
    const start = performance.now();
    const { statusCode, body } = await request(this.#url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-auth-token': someone() },
      body: JSON.stringify({ query }),
      dispatcher: this.#agent,
    });
    await body.arrayBuffer();
    return { status: statusCode, code: null, ms: performance.now() - start };
  }

  close(): Promise<void> {
    return this.#agent.close();
  }
}

/** CPU time of the process, in seconds. Source: proc_pid_stat(5), in hundredths on Linux. */
function cpuSeconds({ child }: Program): number {
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

interface Load {
  readonly goodput: number;
  readonly outcomes: readonly Outcome[];
  /** Of one core, in per cent. */
  readonly cpuPercent: number;
}

/** Sends operations at a constant rate, whatever their result. */
async function offer(gateway: Program, query: string, rate: number, forSeconds: number): Promise<Load> {
  const callers = new Callers(gateway.url, 256);
  const cpu = cpuSeconds(gateway);
  const outcomes: Outcome[] = [];
  const pending = new Set<Promise<void>>();
  const start = performance.now();
  let sent = 0;
  while (performance.now() - start < forSeconds * 1000) {
    const due = ((performance.now() - start) / 1000) * rate;
    for (; sent < due; sent++) {
      // Requests that the caller itself fails to send say nothing about the gateway.
      if (pending.size >= 256) continue;
      const asked = callers.ask(query).then((outcome) => {
        outcomes.push(outcome);
        pending.delete(asked);
      });
      pending.add(asked);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const within = outcomes.filter(({ status }) => status === 200).length;
  const cpuPercent = (100 * (cpuSeconds(gateway) - cpu)) / forSeconds;
  await Promise.all(pending);
  await callers.close();
  return { goodput: within / forSeconds, outcomes, cpuPercent };
}

/** Sends the next operation as soon as one is answered. @returns the number of answered operations per second. */
async function peak(gateway: Program, query: string, forSeconds: number): Promise<number> {
  const callers = new Callers(gateway.url, 16);
  const end = performance.now() + forSeconds * 1000;
  let answered = 0;
  const worker = async (): Promise<void> => {
    while (performance.now() < end) {
      const { status } = await callers.ask(query);
      if (status === 200) answered++;
    }
  };
  await Promise.all(Array.from({ length: 16 }, worker));
  await callers.close();
  return answered / forSeconds;
}

for (const { name, callMs, callsAtOnce, maxConcurrent, query } of scenarios) {
  print(name);
  await using images = await startImages(callMs);
  await using gateway = await startProgram({
    IMAGES_API_URL: images.url,
    UPSTREAM_CONNECTIONS: String(callsAtOnce),
    MAX_CONCURRENT_OPERATIONS: String(maxConcurrent),
    // Identical concurrent operations would share calls to the Images API, and exceed the measured peak.
    SHARE_READS: 'false',
    LOG_LEVEL: 'silent',
  });
  await peak(gateway, query, 5);
  const best = await peak(gateway, query, 10);
  print(`  peak: ${Math.round(best)} operations a second`);
  for (const factor of [0.5, 4]) {
    const { goodput, outcomes, cpuPercent } = await offer(gateway, query, best * factor, factor === 4 ? seconds : 8);
    const times = outcomes.filter(({ status }) => status === 200).map(({ ms }) => ms);
    const shed = outcomes.filter(({ status }) => status === 503).map(({ ms }) => ms);
    const turnedAway =
      shed.length > 0
        ? `turned away in ${quantile(shed, 0.5).toFixed(0)} ms (95 %: ${quantile(shed, 0.95).toFixed(0)}); `
        : '';
    print(
      `  at ${factor} times the peak: ${Math.round(goodput)} answered a second, ${Math.round((100 * goodput) / best)} % of ` +
        `the peak; answered in ${quantile(times, 0.5).toFixed(0)} ms (95 %: ${quantile(times, 0.95).toFixed(0)}), ` +
        `${turnedAway}${Math.round(cpuPercent)} % of a core; ${tally(outcomes)}`,
    );
  }
  // On a busy machine the peaks differ: comparing the second one shows how reliable the figures are.
  print(`  peak again: ${Math.round(await peak(gateway, query, 10))} operations a second`);
}
