import { Callers, toAsk } from './measure/load.ts';
import { ownCpuMicroseconds, start } from './measure/process.ts';
import { median, toTable } from './measure/statistics.ts';
import { startUpstream } from './measure/upstream.ts';
import type { Report } from './report.ts';
import { workloads } from './workloads.ts';

const processCounts = [1, 2] as const;
const rounds = 3;
const roundMs = 1_500;
const callerCount = 32;
const chosen = workloads.filter(({ name }) => name === 'W1' || name === 'W3' || name === 'W6');

interface Measured {
  readonly perSecond: number;
  /** Microseconds of CPU per request, by who used it. */
  readonly gateway: number;
  readonly upstream: number;
  readonly generator: number;
}

/**
 * One process of the gateway beside two behind the same port. The load generator and upstream run on the same cores, so
 * that the throughput cannot double on two cores; what tells is how much CPU time a request takes when there are two, and
 * how much of the machine is left for them.
 */
export async function reportCores(): Promise<Report> {
  await using stack = new AsyncDisposableStack();
  const upstream = stack.use(await startUpstream());
  const lanes = [];
  for (const processes of processCounts) {
    const env = { IMAGES_API_URL: upstream.url.origin, PROCESSES: String(processes) };
    const script = 'bench/servers/cluster.ts';
    const server = stack.use(await start({ script, env, lines: processes }));
    const callers = stack.use(new Callers(server.url, callerCount));
    for (const workload of chosen) {
      const ask = toAsk(server.url, workload);
      await callers.drive(ask, 2_500);
      lanes.push({ processes, server, callers, workload, ask, rounds: [] as Measured[] });
    }
  }
  for (let round = 0; round < rounds; round++) {
    for (const { server, callers, ask, rounds: measured } of lanes) {
      const begin = performance.now();
      const before = [server.cpuMicroseconds(), upstream.cpuMicroseconds(), ownCpuMicroseconds()] as const;
      const requests = (await callers.drive(ask, roundMs)).length;
      measured.push({
        perSecond: (requests * 1000) / (performance.now() - begin),
        gateway: (server.cpuMicroseconds() - before[0]) / requests,
        upstream: (upstream.cpuMicroseconds() - before[1]) / requests,
        generator: (ownCpuMicroseconds() - before[2]) / requests,
      });
    }
  }
  const rows = lanes.map(({ processes, workload, rounds: all }) => {
    const middle = (key: keyof Measured): number => median(all.map((measured) => measured[key]));
    const capacity = (processes * 1_000_000) / middle('gateway');
    return { workload: workload.name, processes, capacity, middle, all };
  });
  return {
    title: 'More than one core',
    data: rows.map(({ workload, processes, capacity, all }) => ({ workload, processes, capacity, rounds: all })),
    markdown: [
      `${callerCount} callers at full load; medians of ${rounds} rounds of ${roundMs / 1000} s. Processes share a port ` +
        'by `node:cluster` (`bench/servers/cluster.ts`). CPU time is in microseconds per request. Capacity is what the ' +
        'processes could answer per second if each had a core of its own and nothing else ran: their number over the CPU ' +
        'time of a request.',
      toTable(
        ['', 'requests/s', 'gateway CPU', 'upstream CPU', 'load generator CPU', 'capacity', 'over one process'],
        rows.map(({ workload, processes, capacity, middle }) => {
          const one = rows.find((row) => row.workload === workload && row.processes === 1);
          return [
            `${workload}, ${processes} ${processes === 1 ? 'process' : 'processes'}`,
            middle('perSecond').toFixed(0),
            middle('gateway').toFixed(0),
            middle('upstream').toFixed(0),
            middle('generator').toFixed(0),
            capacity.toFixed(0),
            (capacity / (one?.capacity ?? Number.NaN)).toFixed(2),
          ];
        }),
      ),
    ].join('\n\n'),
  };
}
