import { type Ask, Callers, toAsk, toCall } from './measure/load.ts';
import { start } from './measure/process.ts';
import { median, quantile, toTable, withSpread } from './measure/statistics.ts';
import { startUpstream } from './measure/upstream.ts';
import type { Report } from './report.ts';
import { findParticipant, toStartOptions } from './servers.ts';
import { imageId, memberId, workloads } from './workloads.ts';

const perSecond = 100;
const rounds = 4;
const roundMs = 2_000;
/** About what Glance takes for a member list. */
const delayMs = 8;

const image = `/v2/images/${imageId(0)}`;

/** The calls that a client would have to make itself, concurrent if they are independent. */
const byHand: Readonly<Record<string, readonly Ask[]>> = {
  W1: [toCall(image), toCall(`${image}/members`)],
  W4: [{ ...toCall(`${image}/members/${memberId(0)}`), method: 'PUT', body: JSON.stringify({ status: 'accepted' }) }],
};

/** A way to the same answer, and its latencies by round. */
interface Way {
  readonly name: string;
  readonly callers: Callers;
  readonly asks: readonly Ask[];
  readonly rounds: number[][];
}

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
    const ways: Way[] = [
      { name: 'by hand', callers: direct, asks: byHand[workload.name] ?? [], rounds: [] },
      { name: 'bare limit', callers: viaBare, asks: [toAsk(bare.url, workload)], rounds: [] },
      { name: '**this gateway**', callers: viaGateway, asks: [toAsk(gateway.url, workload)], rounds: [] },
    ];
    await upstream.change({ delayMs: 0 });
    for (const { callers, asks } of ways) for (const ask of asks) await callers.drive(ask, 2_500);
    await upstream.change({ delayMs });
    for (let round = 0; round < rounds; round++) {
      for (const { callers, asks, rounds: measured } of ways) {
        measured.push(await callers.pace(asks, perSecond, roundMs));
      }
    }
    const [own] = ways;
    for (const { name, rounds: measured } of ways) {
      const p50 = measured.map((latencies) => quantile(latencies, 0.5));
      const p50Added = p50.map((ms, round) => ms - quantile(own?.rounds[round] ?? [], 0.5));
      const p99 = quantile(measured.flat(), 0.99);
      const p99Added = p99 - quantile(own?.rounds.flat() ?? [], 0.99);
      const cells = [median(p50).toFixed(2), withSpread(p50Added, 2), p99.toFixed(2), p99Added.toFixed(2)];
      rows.push([`${workload.name}, ${name}`, ...cells]);
      data.push({
        workload: workload.name,
        way: name,
        p50Ms: p50,
        p50AddedMs: p50Added,
        p99Ms: p99,
        p99AddedMs: p99Added,
      });
    }
  }
  return {
    title: 'Added latency',
    data,
    markdown: [
      `Milliseconds at ${perSecond} requests per second, with an upstream that takes ${delayMs} ms for every call: ` +
        `${rounds} rounds of ${roundMs / 1000} s. Added is the difference between a quantile and the same quantile of the same calls ` +
        'made by hand, concurrently where they are independent: p50 as median (lowest–highest) of the rounds, ' +
        'p99 over all of them.',
      toTable(['', 'p50', 'p50 added', 'p99', 'p99 added'], rows),
    ].join('\n\n'),
  };
}
