// Answers of a gateway in front of a real Glance whose dependencies fail.
// Usage: set -a; . "$(WITH_EVENTS=1 test/contract/glance/up)"; set +a; node test/endurance/real-faults.ts
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { freeze, type ServerName, stop } from '../contract/glance/processes.ts';
import { Client, type Outcome, print, quantile, startProgram } from './gateway.ts';

function need(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

const glance = need('GLANCE_URL');
const keystone = need('KEYSTONE_URL');
const state = need('GLANCE_STATE_DIR');
const producer = need('PRODUCER_TOKEN');
const project = need('PRODUCER_PROJECT_ID');
const deadlineMs = 5_000;

await using gateway = await startProgram({
  IMAGES_API_URL: glance,
  UPSTREAM_DEADLINE_MS: String(deadlineMs),
  LOG_LEVEL: 'silent',
});
const client = new Client(gateway.url, 32);

/** A token that Glance has not cached yet. Keystone issues it in exchange for another one. */
async function freshToken(): Promise<string> {
  const identity = { methods: ['token'], token: { id: producer } };
  const { headers, body } = await request(`${keystone}/auth/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ auth: { identity, scope: { project: { id: project } } } }),
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

/** Waits until a read, or a write of this member, succeeds. */
async function untilFine(query = read): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const { ms, code } = await client.ask(producer, query);
    if (code !== 'UNAUTHENTICATED' && code !== 'UPSTREAM_UNAVAILABLE' && ms < deadlineMs / 2) return;
    await sleep(200);
  }
  throw new Error('Glance does not recover');
}

/** Runs a function while a server is down, and waits until the server is back. */
async function without(name: ServerName, act: () => Promise<void>): Promise<void> {
  {
    using _stopped = await stop(state, name);
    await act();
  }
  for (let tries = 0; name === 'keystone' && tries < 100; tries++) {
    if (
      await request(keystone).then(
        ({ body }) => body.dump().then(() => true),
        () => false,
      )
    )
      break;
    await sleep(200);
  }
  await untilFine();
}

const unseen = [await freshToken(), await freshToken(), await freshToken(), await freshToken()];
// Each of Glance's workers has its own token cache.
for (let warm = 0; warm < 20; warm++) await client.ask(producer, read);
const eight = Array.from({ length: 8 }, () => [producer, read] as const);

print('| scenario | callers | answers | median, ms | longest, ms |');
print('| --- | --- | --- | --- | --- |');
await measure('no fault: reads', eight);
await measure('no fault: a write', [[producer, write('first')]]);
{
  using _frozen = freeze(state, 'keystone');
  const slow = Promise.all(unseen.slice(0, 2).map((token) => client.ask(token, read)));
  await sleep(200);
  await measure('Keystone frozen: concurrent reads with tokens that Glance knows', eight);
  row('Keystone frozen: reads with new tokens', await slow);
}
await untilFine();
await without('keystone', async () => {
  await measure(
    'Keystone stopped: reads with new tokens',
    unseen.slice(2).map((token) => [token, read] as const),
  );
  await measure('Keystone stopped: reads with tokens that Glance knows', eight);
});
{
  using _frozen = freeze(state, 'rabbit');
  await measure('broker frozen: a read', [[producer, read]]);
  await measure('broker frozen: a write', [[producer, write('second')]]);
  await measure('broker frozen: another write', [[producer, write('third')]]);
  await measure('broker frozen: the first write again', [[producer, write('second')]]);
}
await untilFine(write('fourth'));
await without('rabbit', async () => {
  await measure('broker stopped: a read', [[producer, read]]);
  for (const member of ['fifth', 'sixth', 'seventh', 'eighth']) {
    await measure('broker stopped: a write', [[producer, write(member)]]);
  }
  await measure('broker stopped: the first write again', [[producer, write('fifth')]]);
});
await untilFine(write('ninth'));
await measure('broker back: a write', [[producer, write('tenth')]]);

const outcomes: Outcome[] = [];
let over = false;
const load = Promise.all(
  Array.from({ length: 4 }, async () => {
    while (!over) outcomes.push(await client.ask(producer, read));
  }),
);
await sleep(1_000);
await without('glance', () => sleep(1_000));
await sleep(2_000);
over = true;
await load;
for (const seen of new Set(outcomes.map(({ code }) => code))) {
  row(
    `Glance restarted under load: ${seen ?? 'fine'}`,
    outcomes.filter(({ code }) => code === seen),
  );
}
await measure('after the restart', [[producer, read]]);
await request(`${glance}/v2/images/${image}`, { method: 'DELETE', headers: { 'x-auth-token': producer } });
await client.close();
