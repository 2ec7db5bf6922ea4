// Storms of large answers through a gateway with as little memory as a container: it must survive, shed the load that does
// not fit into memory, and serve again after the storm. The environment sets the gateway's settings.
// Usage: node test/endurance/memory.ts [megabytes...]; needs root, and cgroups of version 1 or 2.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Agent, request } from 'undici';
import { settingTable } from '../../src/settings/settings.ts';
import { listen } from '../support/listen.ts';
import { type Outcome, print, tally } from './gateway.ts';
import { MemoryLimit } from './memory-limit.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [256, 512, 1024];

const time = '2026-01-01T00:00:00Z';
const imageIds = Array.from(
  { length: 100 },
  (_, index) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
);
const image = { name: 'an image', status: 'active', visibility: 'shared', owner: '1'.repeat(32) };
const page = JSON.stringify({ images: imageIds.map((id) => ({ id, ...image, created_at: time, updated_at: time })) });

/** Glance's default member quota. */
function toMembers(imageId: string): string {
  const times = { created_at: time, updated_at: time };
  const member = { image_id: imageId, status: 'pending', schema: '/v2/schemas/member', ...times };
  return JSON.stringify({
    members: Array.from({ length: 128 }, (_, index) => ({ member_id: String(index).padStart(32, 'a'), ...member })),
  });
}

const members = new Map(imageIds.map((id) => [id, toMembers(id)]));

function startImages() {
  return listen(
    createServer((call, response) => {
      const imageId = /\/images\/([^/]+)\/members$/.exec(call.url ?? '')?.[1];
      const body = imageId === undefined ? page : members.get(imageId);
      response.writeHead(200, { 'content-type': 'application/json' }).end(body);
    }),
  );
}

interface Storm {
  readonly name: string;
  readonly requests: number;
  readonly token: (index: number) => string;
  /** The number of different images: operations that request the same one share their reads. */
  readonly first: (index: number) => number;
  /** Whether callers read their answers only after all of them have arrived. */
  readonly slow?: true;
}

const storms: readonly Storm[] = [
  { name: '300 identical of one token', requests: 300, token: () => 'token', first: () => 100 },
  { name: '100 identical of one token', requests: 100, token: () => 'token', first: () => 100 },
  { name: '300 different of one token', requests: 300, token: () => 'token', first: (index) => 100 + index },
  { name: '300 of 300 tokens', requests: 300, token: (index) => `token-${index}`, first: () => 100 },
  {
    name: '300 of 300 tokens, not read',
    requests: 300,
    token: (index) => `token-${index}`,
    first: () => 100,
    slow: true,
  },
];

/** Callers that check only the status and the size: on few cores, their work slows the gateway down. */
async function ask(url: string, token: string, query: string, dispatcher: Agent, waitFor?: Promise<unknown>) {
  const start = performance.now();
  const done = (status: Outcome['status'], code: string | null): Outcome => ({
    status,
    code,
    ms: performance.now() - start,
  });
  try {
    const { statusCode, body } = await request(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-auth-token': token },
      body: JSON.stringify({ query }),
      dispatcher,
    });
    await waitFor;
    let size = 0;
    for await (const chunk of body) size += (chunk as Buffer).length;
    return done(statusCode, statusCode !== 200 ? null : size > 800_000 ? 'whole' : 'in part');
  } catch (error) {
    return done((error as { code?: string }).code ?? 'failed', null);
  }
}

async function unleash({ requests, token, first, slow }: Storm, url: string, agent: Agent): Promise<Outcome[]> {
  const wait = slow ? sleep(15_000) : undefined;
  const query = (index: number) => `{ images(first: ${first(index)}) { nodes { id members { memberId status } } } }`;
  return Promise.all(Array.from({ length: requests }, (_, index) => ask(url, token(index), query(index), agent, wait)));
}

/** @returns the milliseconds until an operation is served again; null after half a minute. */
async function recover(url: string, agent: Agent): Promise<number | null> {
  const start = performance.now();
  while (performance.now() - start < 30_000) {
    const { status } = await ask(url, 'token', '{ images(first: 5) { nodes { id } } }', agent);
    if (status === 200) return performance.now() - start;
    await sleep(50);
  }
  return null;
}

async function readUrl(output: Readable): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    const found = /(http:\/\/[^\s/]+)/.exec(line)?.[1];
    if (found) return found;
  }
  throw new Error('the gateway ended before it listened');
}

function residentMegabytes(pid: number | undefined): string {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return `${(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024).toFixed(0)} MB`;
}

/** Runs all storms against a gateway with this limit. @returns whether it survived and served again after each. */
async function withstands(megabytes: number): Promise<boolean> {
  await using images = await startImages();
  const limit = new MemoryLimit(megabytes * 1024 * 1024);
  const given = Object.values(settingTable).flatMap(({ name }) =>
    process.env[name] === undefined ? [] : [[name, process.env[name]]],
  );
  const fixed = { PATH: process.env['PATH'] ?? '', PORT: '0', LOG_LEVEL: 'error', IMAGES_API_URL: images.url };
  const child = limit.spawn(['--no-warnings', main], { ...fixed, ...Object.fromEntries(given) });
  const exited = new Promise<string>((resolve) => child.once('exit', (code, signal) => resolve(`${signal ?? code}`)));
  try {
    const url = await readUrl(child.stdout as Readable);
    for (const storm of storms) {
      const agent = new Agent({ connections: 400, pipelining: 1, headersTimeout: 120_000, bodyTimeout: 120_000 });
      const start = performance.now();
      const outcomes = await unleash(storm, url, agent);
      const seconds = (performance.now() - start) / 1000;
      const death = await Promise.race([exited, sleep(200)]);
      const servedMs = death === undefined ? await recover(url, agent) : null;
      await agent.destroy();
      print(`  ${storm.name}: ${tally(outcomes)}; ${seconds.toFixed(1)} s; peak ${(limit.peak / 1e6).toFixed(0)} MB`);
      if (servedMs === null) {
        print(`    ${death === undefined ? 'did not serve again' : `DIED: ${death}`}`);
        return false;
      }
      print(`    served again after ${servedMs.toFixed(0)} ms, with ${residentMegabytes(child.pid)} resident`);
    }
    return true;
  } finally {
    child.kill('SIGKILL');
    await exited;
    await sleep(100);
    limit.remove();
  }
}

let withstood = true;
for (const megabytes of sizes) {
  print(`${megabytes} MB`);
  if (!(await withstands(megabytes))) withstood = false;
}
process.exitCode = withstood ? 0 : 1;
