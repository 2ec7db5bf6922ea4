import { type Ask, Callers, toAsk, toCall } from './measure/load.ts';
import { start } from './measure/process.ts';
import { median, quantile, toTable, withSpread } from './measure/statistics.ts';
import { startUpstream } from './measure/upstream.ts';
import type { Report } from './report.ts';
import { findParticipant, toStartOptions } from './servers.ts';
import { imageId, memberId, workloads } from './workloads.ts';

const perSecond = 100;
const rounds = 5;
const roundMs = 2_000;
/** About what Glance takes for a member list. */
const delayMs = 8;

const image = `/v2/images/${imageId(0)}`;

/** The calls that a client would have to make itself, all at once where they do not depend on each other. */
const byHand: Readonly<Record<string, readonly Ask[]>> = {
  W1: [toCall(image), toCall(`${image}/members`)],
  W4: [{ ...toCall(`${image}/members/${memberId(0)}`), method: 'PUT', body: JSON.stringify({ status: 'accepted' }) }],
};

/**
 * What the gateway adds to upstream's own latency at a steady rate of new requests, which do not wait for earlier ones.
 */
export async function reportLatency(): Promise<Report> {
  await using upstream = await startUpstream();
  await using bare = await start(toStartOptions(findParticipant('bare'), upstream.url));
  await using gateway = await start(toStartOptions(findParticipant('gateway'), upstream.url));
  await using direct = new Callers(upstream.url, 64);
  await using viaBare = new Callers(bare.url, 64);
  await using viaGateway = new Callers(gateway.url, 64);

  const rows: string[][] = [];
  const data: object[] = [];
  for (const workload of workloads.filter(({ name }) => name in byHand)) {
    const ways = [
      { name: 'by hand', callers: direct, asks: byHand[workload.name] ?? [] },
      { name: 'bare limit', callers: viaBare, asks: [toAsk(bare.url, workload)] },
      { name: '**this gateway**', callers: viaGateway, asks: [toAsk(gateway.url, workload)] },
    ];
    await upstream.change({ delayMs: 0 });
    for (const { callers, asks } of ways) for (const ask of asks) await callers.drive(ask, 2_500);
    await upstream.change({ delayMs });
    const added = ways.map(() => ({ p50: [] as number[], p99: [] as number[], whole: [] as number[] }));
    for (let round = 0; round < rounds; round++) {
      const own = { p50: 0, p99: 0 };
      for (const [index, { callers, asks }] of ways.entries()) {
        const latencies = await callers.pace(asks, perSecond, roundMs);
        const [p50, p99] = [quantile(latencies, 0.5), quantile(latencies, 0.99)];
        if (index === 0) Object.assign(own, { p50, p99 });
        added[index]?.p50.push(p50 - own.p50);
        added[index]?.p99.push(p99 - own.p99);
        added[index]?.whole.push(p50);
      }
    }
    for (const [index, { name }] of ways.entries()) {
      const { p50 = [], p99 = [], whole = [] } = added[index] ?? {};
      rows.push([`${workload.name}, ${name}`, median(whole).toFixed(2), withSpread(p50, 2), withSpread(p99, 2)]);
      data.push({ workload: workload.name, way: name, p50AddedMs: p50, p99AddedMs: p99, p50Ms: whole });
    }
  }
  return {
    title: 'Latency added to upstream’s own',
    data,
    markdown: [
      `Milliseconds at ${perSecond} requests a second, with an upstream that takes ${delayMs} ms for every call: median ` +
        `(lowest–highest) of ${rounds} rounds of ${roundMs / 1000} s. Added is what a quantile has over the same quantile ` +
        'of the same calls made by hand in the same round.',
      toTable(['', 'p50', 'p50 added', 'p99 added'], rows),
    ].join('\n\n'),
  };
}
