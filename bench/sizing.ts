import { connect, type Socket } from 'node:net';
import { type Ask, Callers, toAsk } from './measure/load.ts';
import { type Server, start } from './measure/process.ts';
import { toTable } from './measure/statistics.ts';
import { startUpstream } from './measure/upstream.ts';
import type { Report } from './report.ts';
import { findParticipant, toStartOptions } from './servers.ts';
import { page } from './workloads.ts';

/**
 * CPU time of the server for which each load is driven: to warm up, and in each of the rounds that are measured. Wall time
 * would end too early on a machine that others use too. The cheapest round counts, the one that they disturbed least.
 */
const [warmUpCpuMs, roundCpuMs, rounds] = [2_500, 300, 6];
const memberCounts = [1, 20, 100, 500, 1_000] as const;
const callerCounts = [1, 8, 64, 256] as const;
const connectionCounts = [0, 500, 1_000, 1_900] as const;
/** The images on the page of each operation. */
const listed = 10;

interface Row {
  readonly count: number;
  /** CPU time of one operation, in milliseconds. */
  readonly cpuMs: number;
  /** The same for a server that does the same by hand, without GraphQL. */
  readonly bareCpuMs: number;
  /** The most that was in RAM, in megabytes. */
  readonly peak: number;
}

/** Memory and CPU time of one process, by members, by callers and by connections; each from a start of its own. */
export async function reportSizing(): Promise<Report> {
  const members: Row[] = [];
  for (const count of memberCounts) members.push(await measureLoad(count, count, 8));
  const callers: Row[] = [];
  for (const count of callerCounts) callers.push(await measureLoad(count, 20, count));
  const connections: { count: number; now: number }[] = [];
  for (const count of connectionCounts) connections.push({ count, now: await measureConnections(count) });
  return {
    title: 'Sizing',
    data: { members, callers, connections },
    markdown: [
      `A page of ${listed} images with their members, by the members of each image; 8 callers ask all the time:`,
      toRows('members', members),
      `The same with 20 members, by the number of callers:`,
      toRows('callers', callers),
      'Connections on which nothing is asked:',
      toTable(
        ['connections', 'in RAM, MB'],
        connections.map(({ count, now }) => [String(count), now.toFixed(0)]),
      ),
    ].join('\n\n'),
  };
}

function toRows(title: string, rows: readonly Row[]): string {
  return toTable(
    [title, 'CPU time, ms', 'by hand, ms', 'ratio', 'a core answers, a second', 'most in RAM, MB'],
    rows.map(({ count, cpuMs, bareCpuMs, peak }) => [
      String(count),
      cpuMs.toFixed(2),
      bareCpuMs.toFixed(2),
      (cpuMs / bareCpuMs).toFixed(2),
      (1_000 / cpuMs).toFixed(0),
      peak.toFixed(0),
    ]),
  );
}

async function startServer(name: string, upstream: URL): Promise<Server> {
  const options = toStartOptions(findParticipant(name), upstream);
  return start({
    ...options,
    env: {
      ...options.env,
      MAX_CONNECTIONS_PER_ADDRESS: '0',
      MAX_EVENT_LOOP_DELAY_MS: '60000',
      UPSTREAM_DEADLINE_MS: '60000',
    },
  });
}

async function measureLoad(count: number, members: number, callerCount: number): Promise<Row> {
  await using upstream = await startUpstream({ images: listed, members });
  const { cpuMs: bareCpuMs } = await measureServer('bare', upstream.url, callerCount);
  return { count, bareCpuMs, ...(await measureServer('gateway', upstream.url, callerCount)) };
}

async function measureServer(name: string, upstream: URL, callerCount: number): Promise<Pick<Row, 'cpuMs' | 'peak'>> {
  await using server = await startServer(name, upstream);
  await using callers = new Callers(server.url, callerCount);
  const ask = toAsk(server.url, page(listed));
  await drive(server, callers, ask, warmUpCpuMs);
  server.resetPeak();
  const costs: number[] = [];
  while (costs.length < rounds) costs.push(await drive(server, callers, ask, roundCpuMs));
  return { cpuMs: Math.min(...costs), peak: server.memory().peak };
}

/** Drives a load until the server has used so much CPU time. @returns what an answer cost, in milliseconds. */
async function drive(server: Server, callers: Callers, ask: Ask, goalMs: number): Promise<number> {
  const begin = server.cpuMicroseconds();
  let answered = 0;
  for (;;) {
    answered += (await callers.drive(ask, 100)).length;
    const cpuMs = (server.cpuMicroseconds() - begin) / 1_000;
    if (cpuMs >= goalMs) return cpuMs / answered;
  }
}

/** @returns what is in RAM, in megabytes, a second after so many connections were opened. */
async function measureConnections(count: number): Promise<number> {
  await using upstream = await startUpstream();
  await using gateway = await startServer('gateway', upstream.url);
  const { hostname, port } = gateway.url;
  const sockets = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<Socket>((resolve, reject) => {
          const socket = connect(Number(port), hostname, () => resolve(socket)).once('error', reject);
        }),
    ),
  );
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const { now } = gateway.memory();
  for (const socket of sockets) socket.destroy();
  return now;
}
