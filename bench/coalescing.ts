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

/** By default the gateway refuses this many concurrent operations, so that running ones are not slowed down. */
const admitAll = { MAX_CONCURRENT_OPERATIONS: String(2 * callerCount) };

const cases = [
  { title: 'one token, default settings', token: 'token-of-all', delayMs: 8, env: {} },
  { title: 'one token', token: 'token-of-all', delayMs: 8, env: admitAll },
  { title: 'one token, an upstream that answers immediately', token: 'token-of-all', delayMs: 0, env: admitAll },
  {
    title: 'one token, `SHARE_READS=false`',
    token: 'token-of-all',
    delayMs: 8,
    env: { ...admitAll, SHARE_READS: 'false' },
  },
  { title: 'a token for each caller', token: undefined, delayMs: 8, env: admitAll },
];

/** Counts the upstream calls for a thousand concurrent requests for the members of one image. */
export async function reportCoalescing(): Promise<Report> {
  await using upstream = await startUpstream();
  const data: { title: string; answered: number; once: number; requests?: number; calls?: number }[] = [];
  for (const { title, token, delayMs, env } of cases) {
    const options = toStartOptions(findParticipant('gateway'), upstream.url);
    await using gateway = await start({ ...options, env: { ...options.env, ...env } });
    await using callers = new Callers(gateway.url, callerCount, token);
    const ask = toAsk(gateway.url, operation);
    await upstream.change({ delayMs: 0 });
    for (let number = 0; number < callerCount; number++) await callers.send(ask, number);
    await upstream.change({ delayMs });
    await upstream.takeCalls();
    const all = await Promise.allSettled(Array.from({ length: callerCount }, (_, number) => callers.send(ask, number)));
    const answered = all.filter(({ status }) => status === 'fulfilled').length;
    const once = await upstream.takeCalls();
    if (answered < callerCount) {
      data.push({ title, answered, once });
      continue;
    }
    const requests = (await callers.drive(ask, seconds * 1000)).length;
    data.push({ title, answered, once, requests, calls: await upstream.takeCalls() });
  }
  const percent = (calls: number, requests: number): string => `${((calls * 100) / requests).toFixed(1)} %`;
  return {
    title: 'A thousand concurrent callers',
    data,
    markdown: [
      `${callerCount} callers request the members of the same image: each once, and then, if none is refused, ` +
        `repeatedly for ${seconds} s. Upstream takes 8 ms for a call. All but the first row are with ` +
        `\`MAX_CONCURRENT_OPERATIONS=${admitAll.MAX_CONCURRENT_OPERATIONS}\`.`,
      toTable(
        ['', `of ${callerCount} answered`, 'upstream calls', 'again: requests', 'upstream calls', 'calls per request'],
        data.map(({ title, answered, once, requests, calls }) => [
          title,
          String(answered),
          `${once} (${percent(once, answered)})`,
          ...(requests === undefined || calls === undefined
            ? ['–', '–', '–']
            : [String(requests), String(calls), percent(calls, requests)]),
        ]),
      ),
    ].join('\n\n'),
  };
}
