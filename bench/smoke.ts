/**
 * A few seconds that keep the bench working: `npm run bench:smoke`. The gateway answers every workload as the bare limit
 * does, with as few upstream calls as the Images API allows, sequentially and concurrently. Times do not matter
 * here. The last line tells how many checks passed and failed.
 */
import assert from 'node:assert/strict';
import { checkRows } from './compare.ts';
import { Callers, toAsk } from './measure/load.ts';
import { start } from './measure/process.ts';
import { startUpstream } from './measure/upstream.ts';
import { findParticipant, toStartOptions } from './servers.ts';
import { imageId, type Workload, workloads } from './workloads.ts';

const concurrent = 40;

await using upstream = await startUpstream();
await using bare = await start(toStartOptions(findParticipant('bare'), upstream.url));
await using gateway = await start(toStartOptions(findParticipant('gateway'), upstream.url));
await using viaBare = new Callers(bare.url, 1);
await using viaGateway = new Callers(gateway.url, concurrent);
await using oneToken = new Callers(gateway.url, concurrent, 'token-of-all');
let [passed, failed] = [0, 0];

for (const workload of workloads) {
  await check(`${workload.name} is answered as by the bare limit`, () => answersAlike(workload));
  await check(`${workload.name} takes ${workload.calls} upstream calls`, () => callsNeeded(workload, 1));
  await check(`${workload.name} takes as many for each of ${concurrent} concurrent callers`, () =>
    callsNeeded(workload, concurrent),
  );
}
await check('identical concurrent reads of one token share their upstream calls', sharesReads);
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

async function answersAlike(workload: Workload): Promise<void> {
  const answer = await viaGateway.send(toAsk(gateway.url, workload), 0);
  checkRows(workload, answer);
  const expected = await viaBare.send(toAsk(bare.url, workload), 0);
  assert.deepEqual(JSON.parse(answer.toString()), JSON.parse(expected.toString()));
}

async function callsNeeded(workload: Workload, callers: number): Promise<void> {
  const ask = toAsk(gateway.url, workload);
  await upstream.takeCalls();
  await Promise.all(Array.from({ length: callers }, (_, number) => viaGateway.send(ask, number)));
  assert.equal(await upstream.takeCalls(), callers * workload.calls);
}

async function sharesReads(): Promise<void> {
  const ask = toAsk(gateway.url, {
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
