import { Callers, toAsk } from './measure/load.ts';
import { type Server, start } from './measure/process.ts';
import { median, toTable, withSpread } from './measure/statistics.ts';
import { startUpstream } from './measure/upstream.ts';
import type { Report } from './report.ts';
import { workloads } from './workloads.ts';

const rounds = 9;
const roundMs = 800;
const warmUpMs = 8_000;
const callers = 8;

/** From the bare limit to the whole gateway, each with one thing more than the one before. */
const layers = [
  { title: 'bare limit', script: 'bench/servers/bare.ts', env: {} },
  {
    title: 'transport: deadlines, fair queue, breaker, retries, byte checks',
    script: 'bench/servers/layers.ts',
    env: { LAYER: 'transport' },
  },
  { title: 'client: every row checked and mapped', script: 'bench/servers/layers.ts', env: { LAYER: 'client' } },
  { title: 'identical reads share a call', script: 'bench/servers/layers.ts', env: { LAYER: 'shared' } },
  { title: 'loaders', script: 'bench/servers/layers.ts', env: { LAYER: 'loaders' } },
  { title: 'GraphQL, limits, HTTP, metrics', script: 'src/main.ts', env: { LOG_LEVEL: 'warn' } },
  { title: 'a log line: **this gateway**', script: 'src/main.ts', env: {} },
] as const;

/** Where the CPU time of W1 goes, layer by layer. */
export async function reportLayers(): Promise<Report> {
  await using stack = new AsyncDisposableStack();
  const upstream = stack.use(await startUpstream());
  const lanes: { title: string; server: Server; clients: Callers; micros: number[]; ratios: number[] }[] = [];
  const [workload] = workloads;
  for (const { title, script, env } of layers) {
    const server = stack.use(await start({ script, env: { IMAGES_API_URL: upstream.url.origin, ...env } }));
    const clients = stack.use(new Callers(server.url, callers));
    await clients.drive(toAsk(server.url, workload), warmUpMs);
    lanes.push({ title, server, clients, micros: [], ratios: [] });
  }
  for (let round = 0; round < rounds; round++) {
    let bare: number | undefined;
    for (const { server, clients, micros, ratios } of lanes) {
      const ask = toAsk(server.url, workload);
      await clients.drive(ask, roundMs / 8);
      const before = server.cpuMicroseconds();
      const { length } = await clients.drive(ask, roundMs);
      const spent = (server.cpuMicroseconds() - before) / length;
      bare ??= spent;
      micros.push(spent);
      ratios.push(spent / bare);
    }
  }
  return {
    title: 'Cost of each layer',
    data: lanes.map(({ title, micros, ratios }) => ({ layer: title, cpuMicroseconds: micros, ratios })),
    markdown: [
      'CPU time of W1, with one more layer in each row; the ratio is to the bare limit in the same round: median ' +
        `(lowest–highest) of ${rounds} rounds. Each server answers only W1.`,
      toTable(
        ['up to and including', 'µs', 'ratio'],
        lanes.map(({ title, micros, ratios }) => [title, median(micros).toFixed(0), withSpread(ratios, 2)]),
      ),
    ].join('\n\n'),
  };
}
