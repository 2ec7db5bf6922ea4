import assert from 'node:assert/strict';
import { type Ask, Callers, toAsk } from './measure/load.ts';
import { type Server, start } from './measure/process.ts';
import { median, quantile, toTable, withSpread } from './measure/statistics.ts';
import { startUpstream, type Upstream } from './measure/upstream.ts';
import type { Report } from './report.ts';
import { findParticipant, type Participant, toOperation, toStartOptions } from './servers.ts';
import { type Workload, workloads } from './workloads.ts';

export interface CompareOptions {
  /** Names of participants; the bare limit comes first. */
  readonly servers: readonly string[];
  readonly workloads: readonly string[];
  readonly rounds: number;
  /** How long one measurement takes. */
  readonly ms: number;
  /** How long a server may take at the most to settle before it is measured. */
  readonly warmUpMs: number;
  /** The number of concurrent callers. */
  readonly callers: number;
  /** A folder for CPU profiles of the gateway. */
  readonly profile?: string | undefined;
}

/** One server, one workload, one round. */
export interface Measurement {
  readonly requests: number;
  /** Per request, of all threads, user and system. */
  readonly cpuMicroseconds: number;
  /** `cpuMicroseconds` over that of the bare limit in the same round. */
  readonly ratio: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly perSecond: number;
  /** Per request. */
  readonly upstreamCalls: number;
}

/** One server and one workload. */
export interface Cell {
  readonly server: string;
  readonly workload: string;
  /** Whether the CPU time per request had settled when the warm-up ended. */
  readonly settled: boolean;
  readonly rounds: readonly Measurement[];
}

interface Running {
  readonly participant: Participant;
  readonly server: Server;
  readonly callers: Callers;
}

interface Lane extends Running {
  readonly workload: Workload;
  readonly ask: Ask;
  readonly settled: boolean;
  readonly rounds: Measurement[];
}

/**
 * Every server answers every workload in turn, in interleaved rounds, so that what else the machine does falls on all of
 * them alike. Fails if the gateway makes more upstream calls than needed, or if answers are not what they should be.
 */
export async function compare(options: CompareOptions): Promise<Cell[]> {
  await using stack = new AsyncDisposableStack();
  const upstream = stack.use(await startUpstream());
  const lanes: Lane[] = [];
  for (const name of options.servers) {
    const participant = findParticipant(name);
    const flags =
      options.profile && participant.script.endsWith('src/main.ts')
        ? ['--cpu-prof', `--cpu-prof-dir=${options.profile}`]
        : [];
    const server = stack.use(await start({ ...toStartOptions(participant, upstream.url), flags }));
    const callers = stack.use(new Callers(server.url, options.callers));
    for (const workload of workloads.filter((one) => options.workloads.includes(one.name))) {
      const operation = toOperation(participant, workload);
      if (operation === null) continue;
      const ask = toAsk(server.url, operation);
      const running = { participant, server, callers };
      checkRows(workload, await callers.send(ask, 0));
      const settled = await warmUp(running, ask, options.warmUpMs);
      lanes.push({ ...running, workload, ask, settled, rounds: [] });
    }
  }
  for (let round = 0; round < options.rounds; round++) {
    for (const { name } of workloads) {
      const started = lanes.filter(({ workload }) => workload.name === name);
      let bare: number | undefined;
      for (const lane of started) {
        const measured = await measure(lane, upstream, options.ms);
        bare ??= measured.cpuMicroseconds;
        lane.rounds.push({ ...measured, ratio: measured.cpuMicroseconds / bare });
      }
    }
  }
  for (const { participant, workload, rounds } of lanes) {
    if (participant.name !== 'gateway') continue;
    for (const { upstreamCalls } of rounds) assert.equal(upstreamCalls, workload.calls, `calls of ${workload.name}`);
  }
  return lanes.map(({ participant, workload, settled, rounds }) => {
    return { server: participant.name, workload: workload.name, settled, rounds };
  });
}

/** An answer holds all the rows that it should. */
export function checkRows({ name, rows }: Workload, answer: Buffer): void {
  assert.equal(answer.toString().match(/"member_?[iI]d":/g)?.length ?? 0, rows, `rows in the answer to ${name}`);
}

/**
 * Lets V8 settle: until the CPU time per request of three windows in a row lies within 4 %, after 2,000 requests at the
 * least; or until the time is over. @returns whether it settled.
 */
async function warmUp({ server, callers }: Running, ask: Ask, warmUpMs: number): Promise<boolean> {
  const windows: number[] = [];
  const end = performance.now() + warmUpMs;
  for (let requests = 0; performance.now() < end; ) {
    const before = server.cpuMicroseconds();
    const { length } = await callers.drive(ask, warmUpMs / 16);
    windows.push((server.cpuMicroseconds() - before) / length);
    requests += length;
    const last = windows.slice(-3);
    if (requests >= 2_000 && last.length === 3 && Math.max(...last) < Math.min(...last) * 1.04) return true;
  }
  return false;
}

async function measure(
  { server, callers, ask }: Lane,
  upstream: Upstream,
  ms: number,
): Promise<Omit<Measurement, 'ratio'>> {
  // What ran before left other data in the caches.
  await callers.drive(ask, ms / 8);
  await upstream.takeCalls();
  const [start, cpu] = [performance.now(), server.cpuMicroseconds()];
  const latencies = await callers.drive(ask, ms);
  const [spent, elapsed] = [server.cpuMicroseconds() - cpu, performance.now() - start];
  const requests = latencies.length;
  return {
    requests,
    cpuMicroseconds: spent / requests,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    perSecond: (requests * 1000) / elapsed,
    upstreamCalls: (await upstream.takeCalls()) / requests,
  };
}

/** Shows cells as tables, a row for each server. */
export function toReport(cells: readonly Cell[]): Report {
  const names = workloads.map(({ name }) => name).filter((name) => cells.some(({ workload }) => workload === name));
  const servers = [...new Set(cells.map(({ server }) => server))];
  const table = (show: (rounds: readonly Measurement[], cell: Cell) => string): string =>
    toTable(
      ['', ...names],
      servers.map((server) => {
        const row = names.map((name) => {
          const cell = cells.find((one) => one.server === server && one.workload === name);
          return cell ? show(cell.rounds, cell) : '–';
        });
        return [findTitle(server), ...row];
      }),
    );
  const middle = (rounds: readonly Measurement[], key: keyof Measurement): number =>
    median(rounds.map((round) => round[key]));
  const titles = workloads.filter(({ name }) => names.includes(name)).map(({ name, title }) => `${name}: ${title}`);
  return {
    title: 'Compared with its peers',
    data: cells,
    markdown: [
      `${titles.join('; ')}.`,
      'CPU time per request, as a ratio to the bare limit in the same round: median (lowest–highest of the rounds). ' +
        'A star marks servers that had not settled when their warm-up ended.',
      table(
        (rounds, { settled }) =>
          withSpread(
            rounds.map(({ ratio }) => ratio),
            2,
          ) + (settled ? '' : ' *'),
      ),
      'CPU time per request, in microseconds:',
      table((rounds) => middle(rounds, 'cpuMicroseconds').toFixed(0)),
      'Latency under full load, in milliseconds, p50 / p99:',
      table((rounds) => `${middle(rounds, 'p50Ms').toFixed(1)} / ${middle(rounds, 'p99Ms').toFixed(1)}`),
      'Requests per second, with the load generator and upstream on the same cores:',
      table((rounds) => middle(rounds, 'perSecond').toFixed(0)),
      'Upstream calls per request:',
      table((rounds) => middle(rounds, 'upstreamCalls').toFixed(1).replace('.0', '')),
    ].join('\n\n'),
  };
}

function findTitle(name: string): string {
  try {
    return findParticipant(name).title;
  } catch {
    return name;
  }
}
