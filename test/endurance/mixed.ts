// Fifty thousand mixed operations by four projects, one in ten aborted by its caller: at the end, heap, connections and
// timers must be at the level that they had after the first tenth.
// Usage: node test/endurance/mixed.ts [operations]
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { demoIdentities } from '../../src/simulator/demo-identities.ts';
import { Client, type Outcome, print, quantile, readMetrics, repeat, startProgram, tally } from './gateway.ts';

const operations = Number(process.argv[2] ?? 50_000);
const { producer, consumerA, consumerB, stranger } = demoIdentities;
const people = [producer, consumerA, consumerB, stranger];

await using gateway = await startProgram({ LOG_LEVEL: 'silent' });
const client = new Client(gateway.url, 32);

/** The images that the producer shares. */
const sharedImages = await listShared();

async function listShared(): Promise<string[]> {
  const { body } = await request(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-auth-token': producer.token },
    body: JSON.stringify({ query: '{ images(filter: { visibility: SHARED }) { nodes { id } } }' }),
  });
  const { data } = (await body.json()) as { data: { images: { nodes: { id: string }[] } } };
  return data.images.nodes.map(({ id }) => id);
}

function pick<T>(items: readonly T[]): T {
  return items[Math.floor(Math.random() * items.length)] as T;
}

const reads = [
  'query Page { images(first: 20) { nodes { id name members { memberId status } } } }',
  'query Inbox { images(filter: { sharedWithMe: true, memberStatus: PENDING }) { nodes { id } } }',
  'query One($i: ID!, $m: ID!) { image(id: $i) { name member(memberId: $m) { status } } }',
  'query Unique$n($i: ID!) { image(id: $i) { name a$n: visibility } }',
];
const writes = [
  'mutation Add($i: ID!, $m: ID!) { createImageMember(input: { imageId: $i, memberId: $m }) { userErrors { code } } }',
  'mutation Remove($i: ID!, $m: ID!) { deleteImageMember(input: { imageId: $i, memberId: $m }) { userErrors { code } } }',
  'mutation Set($i: ID!, $m: ID!) { updateMemberStatus(input: { imageId: $i, memberId: $m, status: ACCEPTED }) { userErrors { code } } }',
];

const outcomes: Outcome[] = [];
async function one(index: number): Promise<void> {
  const query = (Math.random() < 0.7 ? pick(reads) : pick(writes)).replaceAll('$n', String(index));
  const abort = new AbortController();
  if (Math.random() < 0.1) setTimeout(() => abort.abort(), Math.random() * 10);
  const variables = { i: pick(sharedImages), m: pick(people).projectId };
  outcomes.push(await client.ask(pick(people).token, query, variables, abort.signal));
}

/** The resources of the idle process. */
async function measure(done: number): Promise<void> {
  await sleep(1_000);
  gateway.child.kill('SIGUSR2');
  await sleep(500);
  const metrics = await readMetrics(gateway.url);
  const value = (name: string): number => metrics.get(name) ?? 0;
  const heap = Math.round(value('nodejs_heap_size_used_bytes') / 1e5) / 10;
  const resident = Math.round(value('process_resident_memory_bytes') / 1e6);
  const resources = value('nodejs_active_resources');
  const running =
    value('image_gateway_operations_running') +
    value('image_gateway_upstream_calls') +
    value('image_gateway_upstream_waiting_calls');
  print(`| ${done} | ${heap} | ${resident} | ${value('process_open_fds')} | ${resources} | ${running} |`);
}

print(`| operations | heap, MB | resident, MB | open files | timers and handles | running or waiting |`);
print('| --- | --- | --- | --- | --- | --- |');
const tenth = Math.ceil(operations / 10);
const start = performance.now();
for (let part = 0; part < 10; part++) {
  await repeat(tenth, 32, (index) => one(part * tenth + index));
  await measure((part + 1) * tenth);
}
const seconds = (performance.now() - start) / 1000 - 15;
await client.close();
print('');
print(`${Math.round(outcomes.length / seconds)} operations a second; ${tally(outcomes)}`);
const times = outcomes.filter(({ status }) => status === 200).map(({ ms }) => ms);
print(
  `median ${quantile(times, 0.5).toFixed(1)} ms, 95 % ${quantile(times, 0.95).toFixed(1)} ms, 99 % ${quantile(times, 0.99).toFixed(1)} ms`,
);
