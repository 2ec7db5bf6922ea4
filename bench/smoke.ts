/**
 * A few seconds that keep the bench working: `npm run bench:smoke`. The gateway answers every workload as the bare limit
 * does, with as few upstream calls as the Images API allows, sequentially and concurrently. Times do not matter
 * here. `-- --servers mercurius,mercurius-equal` checks the answers of peers with the gateway's schema instead; their packages
 * must be installed (`npm ci` in this folder). The last line tells how many checks passed and failed.
 */
import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import { checkRows } from './compare.ts';
import { Callers, toAsk } from './measure/load.ts';
import { type Server, start } from './measure/process.ts';
import { startUpstream } from './measure/upstream.ts';
import { findParticipant, toStartOptions } from './servers.ts';
import { imageId, type Workload, workloads } from './workloads.ts';

const concurrent = 40;

const { values: options } = parseArgs({ options: { servers: { type: 'string', default: 'gateway' } } });

await using upstream = await startUpstream();
await using bare = await start(toStartOptions(findParticipant('bare'), upstream.url));
await using viaBare = new Callers(bare.url, 1);
let [passed, failed] = [0, 0];

for (const name of options.servers.split(',')) {
  const participant = findParticipant(name);
  await using server = await start(toStartOptions(participant, upstream.url));
  await using callers = new Callers(server.url, concurrent);
  for (const workload of workloads) {
    await check(`${name}: ${workload.name} is answered as by the bare limit`, () =>
      answersAlike(workload, server, callers),
    );
    if (name !== 'gateway') continue;
    await check(`${name}: ${workload.name} takes ${workload.calls} upstream calls`, () =>
      callsNeeded(workload, server, callers, 1),
    );
    await check(`${name}: ${workload.name} takes as many for each of ${concurrent} concurrent callers`, () =>
      callsNeeded(workload, server, callers, concurrent),
    );
  }
  if (name !== 'gateway') continue;
  await check('identical concurrent reads of one token share their upstream calls', () => sharesReads(server));
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

async function check(title: string, run: () => Promise<void>): Promise<void> {
  try {
    await run();
    passed++;
    process.stdout.write(`ok: ${title}\n`);
  } catch (error) {
    failed++;
    process.stdout.write(`not ok: ${title}\n${error instanceof Error ? error.message : String(error)}\n`);
  }
}

async function answersAlike(workload: Workload, server: Server, callers: Callers): Promise<void> {
  const answer = await callers.send(toAsk(server.url, workload), 0);
  checkRows(workload, answer);
  const expected = await viaBare.send(toAsk(bare.url, workload), 0);
  assert.deepEqual(JSON.parse(answer.toString()), JSON.parse(expected.toString()));
}

async function callsNeeded(workload: Workload, server: Server, callers: Callers, count: number): Promise<void> {
  const ask = toAsk(server.url, workload);
  await upstream.takeCalls();
  await Promise.all(Array.from({ length: count }, (_, number) => callers.send(ask, number)));
  assert.equal(await upstream.takeCalls(), count * workload.calls);
}

async function sharesReads(server: Server): Promise<void> {
  await using oneToken = new Callers(server.url, concurrent, 'token-of-all');
  const ask = toAsk(server.url, {
    document: 'query Members($id: ID!) { image(id: $id) { members { memberId } } }',
    variables: { id: imageId(0) },
  });
  // Slow enough for all of them to ask before the first is answered.
  await upstream.change({ delayMs: 500 });
  await upstream.takeCalls();
  await Promise.all(Array.from({ length: concurrent }, (_, number) => oneToken.send(ask, number)));
  const calls = await upstream.takeCalls();
  assert.ok(calls > 0 && calls <= 2, `${calls} upstream calls`);
}
