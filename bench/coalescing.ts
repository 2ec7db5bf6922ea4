import { Callers, toAsk } from './measure/load.ts';
import { start } from './measure/process.ts';
import { toTable } from './measure/statistics.ts';
import { startUpstream } from './measure/upstream.ts';
import type { Report } from './report.ts';
import { findParticipant, toStartOptions } from './servers.ts';
import { imageId } from './workloads.ts';

const callerCount = 1_000;
const seconds = 2;

/** The members alone: one upstream call, unless it is shared. */
const operation = {
  document: 'query Members($id: ID!) { image(id: $id) { members { memberId status } } }',
  variables: { id: imageId(0) },
};

const cases = [
  { title: 'one token', token: 'token-of-all', delayMs: 8, env: {} },
  { title: 'one token, an upstream that answers at once', token: 'token-of-all', delayMs: 0, env: {} },
  { title: 'one token, `SHARE_READS=false`', token: 'token-of-all', delayMs: 8, env: { SHARE_READS: 'false' } },
  { title: 'a token for each caller', token: undefined, delayMs: 8, env: {} },
];

/** How many upstream calls it takes when a thousand callers ask for the members of one image at once. */
export async function reportCoalescing(): Promise<Report> {
  await using upstream = await startUpstream();
  const data: { title: string; requests: number; calls: number; once: number }[] = [];
  for (const { title, token, delayMs, env } of cases) {
    const options = toStartOptions(findParticipant('gateway'), upstream.url);
    await using gateway = await start({ ...options, env: { ...options.env, ...env } });
    await using callers = new Callers(gateway.url, callerCount, token);
    const ask = toAsk(gateway.url, operation);
    await callers.drive(ask, 500);
    await upstream.change({ delayMs });
    await upstream.takeCalls();
    await Promise.all(Array.from({ length: callerCount }, (_, number) => callers.send(ask, number)));
    const once = await upstream.takeCalls();
    const requests = (await callers.drive(ask, seconds * 1000)).length;
    data.push({ title, once, requests, calls: await upstream.takeCalls() });
  }
  const percent = (calls: number, requests: number): string => `${((calls * 100) / requests).toFixed(1)} %`;
  return {
    title: 'A thousand callers at once',
    data,
    markdown: [
      `${callerCount} callers ask for the members of the same image: each once, and then again and again for ${seconds} s. ` +
        'Upstream takes 8 ms for a call.',
      toTable(
        ['', `upstream calls for ${callerCount} requests`, 'requests', 'upstream calls', 'calls per request'],
        data.map(({ title, once, requests, calls }) => [
          title,
          `${once} (${percent(once, callerCount)})`,
          String(requests),
          String(calls),
          percent(calls, requests),
        ]),
      ),
    ].join('\n\n'),
  };
}
