import assert from 'node:assert/strict';
import { install } from './measure/installation.ts';
import { type Ask, Callers, toAsk } from './measure/load.ts';
import { type Server, start } from './measure/process.ts';
import { quantile } from './measure/statistics.ts';
import { startUpstream, type Upstream } from './measure/upstream.ts';
import { findParticipant, type Participant, toOperation, toStartOptions } from './servers.ts';
import { type Workload, workloads } from './workloads.ts';

/**
 * How workloads are assigned to server processes. `mix`: one process answers all of them in turn, as in production.
 * `single`: each process answers one workload only, and V8 optimizes it for that one.
 */
export type Mode = 'mix' | 'single';

/** All modes, the one that counts first. */
export const modes = ['mix', 'single'] as const satisfies readonly Mode[];

/** What `compare` measures. */
export interface CompareOptions {
  /** Names of participants, the bare limit among them. */
  readonly servers: readonly string[];
  readonly workloads: readonly string[];
  readonly modes: readonly Mode[];
  /** The number of rounds with each process; a slow participant takes part in every second one. */
  readonly rounds: number;
  /** The number of processes of each server, one after the other: V8 optimizes each a little differently. */
  readonly processes: number;
  /** The duration of one measurement; a slow participant gets half of it. */
  readonly ms: number;
  /** How long a server may take at the most to settle before it is measured; a slow participant gets half of it. */
  readonly warmUpMs: number;
  /** How long a server is under load before each measurement; a slow participant gets half of it. */
  readonly leadInMs: number;
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
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly perSecond: number;
  /** Per request. */
  readonly upstreamCalls: number;
  /** Memory of the process in RAM when the load has ended, in megabytes. */
  readonly memoryMb: number;
  /** The figures above over those of the bare limit in the same round. */
  readonly ratios: Readonly<Record<RatioKey, number>>;
}

/** A figure that is also shown as a ratio to the bare limit. */
export type RatioKey = 'cpuMicroseconds' | 'p50Ms' | 'p99Ms' | 'memoryMb';

/** One server and one workload, in one mode. */
export interface Cell {
  readonly mode: Mode;
  readonly server: string;
  readonly workload: string;
  /** Whether the CPU time per request had settled when the warm-up ended. */
  readonly settled: boolean;
  readonly rounds: readonly Measurement[];
}

type Figures = Omit<Measurement, 'ratios'>;

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
  await using upstream = await startUpstream();
  using installations = new DisposableStack();
  const participants: Participant[] = [];
  for (const name of options.servers) participants.push(await toInstalled(findParticipant(name), installations));
  const chosen = workloads.filter(({ name }) => options.workloads.includes(name));
  const cells: Cell[] = [];
  for (const mode of options.modes) {
    const groups: (readonly Workload[])[] = mode === 'mix' ? [chosen] : chosen.map((workload) => [workload]);
    for (const group of groups) {
      const lanes: Lane[] = [];
      for (let number = 0; number < options.processes; number++) {
        lanes.push(...(await compareGroup(group, participants, upstream, number * options.rounds, options)));
      }
      cells.push(...toCells(mode, lanes));
    }
  }
  return cells;
}

/** A gateway is compared as it runs in production: as an installed package. */
async function toInstalled(participant: Participant, installations: DisposableStack): Promise<Participant> {
  const { checkout } = participant;
  if (checkout === undefined) return participant;
  return { ...participant, script: installations.use(await install(checkout)).command };
}

/** Joins the lanes of all processes of a server. */
function toCells(mode: Mode, lanes: readonly Lane[]): Cell[] {
  const cells = new Map<string, Cell>();
  for (const { participant, workload, settled, rounds } of lanes) {
    const [server, name] = [participant.name, workload.name];
    const known = cells.get(`${server} ${name}`) ?? { settled: true, rounds: [] };
    const joined = { settled: known.settled && settled, rounds: [...known.rounds, ...rounds] };
    cells.set(`${server} ${name}`, { mode, server, workload: name, ...joined });
  }
  return [...cells.values()];
}

/** Starts all servers, each with one process that answers all workloads of the group, and measures them. */
async function compareGroup(
  group: readonly Workload[],
  participants: readonly Participant[],
  upstream: Upstream,
  firstRound: number,
  options: CompareOptions,
): Promise<readonly Lane[]> {
  await using stack = new AsyncDisposableStack();
  const lanes: Lane[] = [];
  for (const participant of participants) {
    // A server that has no counterpart of any of the workloads need not be started.
    if (group.every((workload) => toOperation(participant, workload) === null)) continue;
    const flags =
      options.profile && participant.checkout !== undefined ? ['--cpu-prof', `--cpu-prof-dir=${options.profile}`] : [];
    const server = stack.use(await start({ ...toStartOptions(participant, upstream.url), flags }));
    const callers = stack.use(new Callers(server.url, options.callers));
    for (const workload of group) {
      const operation = toOperation(participant, workload);
      if (operation === null) continue;
      const ask = toAsk(server.url, operation);
      const running = { participant, server, callers };
      // A new process is slow: all callers together could meet its deadlines and its load shedding.
      for (let request = 0; request < 20; request++) checkRows(workload, await callers.send(ask, request));
      const settled = await warmUp(running, ask, options.warmUpMs / slowness(participant));
      lanes.push({ ...running, workload, ask, settled, rounds: [] });
    }
  }
  for (let round = firstRound; round < firstRound + options.rounds; round++) {
    for (const workload of group) {
      const measured = lanes.filter((lane) => lane.workload === workload);
      await runRound(round, measured, upstream, options);
    }
  }
  for (const { participant, workload, rounds } of lanes) {
    if (participant.name !== 'gateway') continue;
    for (const { upstreamCalls } of rounds) assert.equal(upstreamCalls, workload.calls, `calls of ${workload.name}`);
  }
  return lanes;
}

/** Measures all servers with one workload. Each round begins with another server. */
async function runRound(
  round: number,
  lanes: readonly Lane[],
  upstream: Upstream,
  { ms, leadInMs }: CompareOptions,
): Promise<void> {
  const first = round % lanes.length;
  const measured = new Map<Lane, Figures>();
  for (const lane of [...lanes.slice(first), ...lanes.slice(0, first)]) {
    const divisor = slowness(lane.participant);
    if (round % divisor !== 0) continue;
    // While others are measured, V8 shrinks the heap of an idle server, and the caches lose its data.
    await lane.callers.drive(lane.ask, leadInMs / divisor);
    measured.set(lane, await measure(lane, upstream, ms / divisor));
  }
  const bare = [...measured].find(([{ participant }]) => participant.name === 'bare')?.[1];
  assert.ok(bare, 'the bare limit takes part in every round');
  for (const [lane, figures] of measured) lane.rounds.push({ ...figures, ratios: toRatios(figures, bare) });
}

/** By how much the windows and the number of rounds of a participant are divided. */
function slowness({ slow = false }: Participant): number {
  return slow ? 2 : 1;
}

/** Figures of one server over those of the bare limit in the same round. */
export function toRatios(figures: Readonly<Record<RatioKey, number>>, bare: Readonly<Record<RatioKey, number>>) {
  return {
    cpuMicroseconds: figures.cpuMicroseconds / bare.cpuMicroseconds,
    p50Ms: figures.p50Ms / bare.p50Ms,
    p99Ms: figures.p99Ms / bare.p99Ms,
    memoryMb: figures.memoryMb / bare.memoryMb,
  };
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

async function measure({ server, callers, ask }: Lane, upstream: Upstream, ms: number): Promise<Figures> {
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
    memoryMb: server.memory().now,
  };
}
