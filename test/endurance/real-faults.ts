// What callers see of the gateway before a real Glance whose surroundings fail.
// Usage: node test/endurance/real-faults.ts
// Environment: GLANCE_URL, PRODUCER_TOKEN and CONSUMER_A_TOKEN, and the process ids KEYSTONE_PID and (with notifications)
// RABBIT_PID, which are stopped and continued; KEYSTONE_STOP and KEYSTONE_START, commands;
// for fresh tokens KEYSTONE_URL, FRESH_USER, FRESH_PASSWORD and FRESH_PROJECT;
// for the restart GLANCE_RESTART, a command that stops Glance and starts it again.
import { exec } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { request } from 'undici';
import { Client, type Outcome, print, quantile, startProgram } from './gateway.ts';

const run = promisify(exec);

function need(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

const glance = need('GLANCE_URL');
const producer = need('PRODUCER_TOKEN');
const consumer = need('CONSUMER_A_TOKEN');
const deadlineMs = 5_000;

await using gateway = await startProgram({
  IMAGES_API_URL: glance,
  UPSTREAM_DEADLINE_MS: String(deadlineMs),
  LOG_LEVEL: 'silent',
});
const client = new Client(gateway.url, 32);

/** A token that Glance has not seen yet. */
async function freshToken(): Promise<string> {
  const [name, password, project] = [need('FRESH_USER'), need('FRESH_PASSWORD'), need('FRESH_PROJECT')];
  const domain = { id: 'default' };
  const identity = { methods: ['password'], password: { user: { name, password, domain } } };
  const { headers, body } = await request(`${need('KEYSTONE_URL').replace(/\/v3$/, '')}/v3/auth/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ auth: { identity, scope: { project: { name: project, domain } } } }),
  });
  await body.dump();
  return String(headers['x-subject-token']);
}

async function createImage(): Promise<string> {
  const { body } = await request(`${glance}/v2/images`, {
    method: 'POST',
    headers: { 'x-auth-token': producer, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'faults', visibility: 'shared' }),
  });
  return ((await body.json()) as { id: string }).id;
}

const image = await createImage();
const read = `{ image(id: "${image}") { name members { memberId } } }`;
const write = (member: string): string =>
  `mutation { createImageMember(input: { imageId: "${image}", memberId: "${member}" }) { imageMember { status } userErrors { code } } }`;

/** Descendants too: the servers are trees of processes. */
async function signal(name: 'STOP' | 'CONT', pid: string): Promise<void> {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  for (const child of children.split(' ').filter((id) => id !== '')) await signal(name, child);
  process.kill(Number(pid), `SIG${name}`);
}

function row(what: string, outcomes: readonly Outcome[]): void {
  const seen = [...new Set(outcomes.map(({ status, code }) => `${status}${code ? ` ${code}` : ''}`))].join(', ');
  const times = outcomes.map(({ ms }) => ms);
  print(
    `| ${what} | ${outcomes.length} | ${seen} | ${quantile(times, 0.5).toFixed(0)} | ${Math.max(...times).toFixed(0)} |`,
  );
}

async function measure(what: string, asks: readonly (readonly [string, string])[]): Promise<void> {
  row(what, await Promise.all(asks.map(([token, query]) => client.ask(token, query))));
}

/** Holds a process still while something is measured. */
async function frozen(pid: string, act: () => Promise<void>): Promise<void> {
  await signal('STOP', pid);
  try {
    await act();
  } finally {
    await signal('CONT', pid);
  }
}

const keystone = need('KEYSTONE_PID');
const unseen = [await freshToken(), await freshToken(), await freshToken(), await freshToken()];
// Each of Glance's workers keeps the tokens it has seen for itself.
for (let warm = 0; warm < 20; warm++) {
  await client.ask(producer, read);
  await client.ask(consumer, read);
}

print('| what | callers | what they saw | median, ms | longest, ms |');
print('| --- | --- | --- | --- | --- |');
await measure(
  'all is well: reads',
  Array.from({ length: 8 }, () => [producer, read] as const),
);
await measure('all is well: a write', [[producer, write('first')]]);
await frozen(keystone, async () => {
  const slow = Promise.all(unseen.slice(0, 2).map((token) => client.ask(token, read)));
  await sleep(200);
  await measure(
    'Keystone frozen: reads with tokens that Glance knows, meanwhile',
    Array.from({ length: 8 }, () => [producer, read] as const),
  );
  row('Keystone frozen: reads with new tokens', await slow);
});
await sleep(3_000);
if (process.env['KEYSTONE_STOP']) {
  await run(need('KEYSTONE_STOP'));
  await measure(
    'Keystone stopped: reads with new tokens',
    unseen.slice(2).map((token) => [token, read] as const),
  );
  await measure('Keystone stopped: reads with tokens that Glance knows', [
    [producer, read],
    [consumer, read],
  ]);
  await run(need('KEYSTONE_START'));
}
if (process.env['RABBIT_PID']) {
  await frozen(process.env['RABBIT_PID'], async () => {
    await measure('broker frozen: reads', [[producer, read]]);
    await measure('broker frozen: a write', [[producer, write('second')]]);
    await measure('broker frozen: one more write', [[producer, write('third')]]);
    await measure('broker frozen: the first of these again', [[producer, write('second')]]);
  });
  await sleep(2_000);
  await measure('broker back: a write', [[producer, write('fourth')]]);
}
if (process.env['GLANCE_RESTART']) {
  const outcomes: Outcome[] = [];
  let over = false;
  const load = Promise.all(
    Array.from({ length: 4 }, async () => {
      while (!over) outcomes.push(await client.ask(producer, read));
    }),
  );
  await sleep(1_000);
  await run(need('GLANCE_RESTART'));
  await sleep(4_000);
  over = true;
  await load;
  for (const status of new Set(outcomes.map(({ code }) => code))) {
    row(
      `Glance restarted under load: ${status ?? 'fine'}`,
      outcomes.filter(({ code }) => code === status),
    );
  }
  await measure('after the restart', [[producer, read]]);
}
await request(`${glance}/v2/images/${image}`, { method: 'DELETE', headers: { 'x-auth-token': producer } });
await client.close();
