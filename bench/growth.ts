import { type Ask, Callers, toAsk } from './measure/load.ts';
import { type Server, start } from './measure/process.ts';
import { fitLine, median, toTable } from './measure/statistics.ts';
import { startUpstream, type Upstream } from './measure/upstream.ts';
import type { Report } from './report.ts';
import { findParticipant, toStartOptions } from './servers.ts';
import { aliases, entities, imageId, memberId, type Operation, page, workloads } from './workloads.ts';

/** How long each size is asked for, once it has settled; at least three times. */
const sizeMs = 400;
/** The images of the lists that grow in members. */
const listed = 10;

interface Series {
  readonly title: string;
  /** What is counted. */
  readonly unit: string;
  readonly sizes: readonly number[];
  /** How many members every image has. */
  members(size: number): number;
  operation(size: number): Operation;
}

const series: readonly Series[] = [
  {
    title: 'images, each with 20 members',
    unit: 'image',
    sizes: [1, 10, 30, 100, 300, 1000],
    members: () => 20,
    operation: page,
  },
  {
    title: `members of each of ${listed} images`,
    unit: 'member',
    sizes: [2, 10, 30, 100, 300, 1000],
    members: (size) => size,
    operation: () => page(listed),
  },
  {
    title: 'representations of `_entities`',
    unit: 'representation',
    sizes: [1, 10, 30, 100, 300, 1000],
    members: () => 20,
    operation: entities,
  },
  {
    title: 'aliases of the same 20 members',
    unit: 'alias',
    sizes: [1, 3, 10, 30, 100],
    members: () => 20,
    operation: (size) => ({
      document: `query Aliases($id: ID!) { ${aliases(size, 'image(id: $id) { members { memberId status } }')} }`,
      variables: { id: imageId(0) },
    }),
  },
  {
    title: 'levels of `member { image { … } }`',
    unit: 'level',
    sizes: [1, 2, 4, 6, 9],
    members: () => 20,
    operation: (size) => ({
      document:
        'query Levels($id: ID!, $member: ID!) { image(id: $id) ' +
        `${'{ member(memberId: $member) { image '.repeat(size)}{ id name }${' } }'.repeat(size)} }`,
      variables: { id: imageId(0), member: memberId(0) },
    }),
  },
];

interface Point {
  readonly size: number;
  /** Per request; undefined where the gateway refuses an operation of this size. */
  readonly cpuMs: number | undefined;
}

/** How the cost of a request grows with what it asks for, and how much memory it takes. */
export async function reportGrowth(): Promise<Report> {
  await using upstream = await startUpstream({ images: 1000 });
  await using gateway = await start(toStartOptions(findParticipant('gateway'), upstream.url));
  await using callers = new Callers(gateway.url, 1);
  const grown = [];
  for (const one of series)
    grown.push({ title: one.title, unit: one.unit, points: await grow(one, upstream, gateway, callers) });
  const memory = await measureMemory(upstream);
  return {
    title: 'Growth',
    data: { series: grown, memory },
    markdown: [
      'CPU time of a request by its size, with the straight line that has the smallest relative errors; the residual is ' +
        'the distance from that line. The exponent is that of the growth between the two largest sizes: 1 is linear, 2 ' +
        'would be quadratic.',
      ...grown.map(toGrowthTable),
      'Memory in RAM, in megabytes:',
      toTable(
        ['', 'MB'],
        memory.map(({ title, megabytes }) => [title, megabytes.toFixed(0)]),
      ),
    ].join('\n\n'),
  };
}

async function grow({ sizes, members, operation }: Series, upstream: Upstream, gateway: Server, callers: Callers) {
  const points: Point[] = [];
  // The largest comes first: the code is compiled for all sizes by then.
  for (const size of sizes.toReversed()) {
    await upstream.change({ members: members(size) });
    const ask = toAsk(gateway.url, operation(size));
    points.unshift({ size, cpuMs: (await isRefused(callers, ask)) ? undefined : await costOf(ask, gateway, callers) });
  }
  return points;
}

/** The limits of a production default may forbid a size; all other errors are what they are. */
async function isRefused(callers: Callers, ask: Ask): Promise<boolean> {
  try {
    await callers.send(ask, 0);
    return false;
  } catch (error) {
    if (error instanceof Error && error.message.includes('LIMIT_EXCEEDED')) return true;
    throw error;
  }
}

async function costOf(ask: Ask, gateway: Server, callers: Callers): Promise<number> {
  const costs: number[] = [];
  await callers.drive(ask, 2 * sizeMs);
  for (let window = 0; window < 3; window++) {
    const before = gateway.cpuMicroseconds();
    const { length } = await callers.drive(ask, sizeMs);
    costs.push((gateway.cpuMicroseconds() - before) / length / 1000);
  }
  return median(costs);
}

function toGrowthTable({ title, unit, points }: { title: string; unit: string; points: readonly Point[] }): string {
  const measured = points.flatMap(({ size, cpuMs }) => (cpuMs === undefined ? [] : [[size, cpuMs] as const]));
  const { base, slope, residuals } = fitLine(measured);
  const [[x1, y1] = [], [x2, y2] = []] = measured.slice(-2);
  const exponent =
    Math.log((y2 ?? Number.NaN) / (y1 ?? Number.NaN)) / Math.log((x2 ?? Number.NaN) / (x1 ?? Number.NaN));
  const show = (cells: (size: number, cpuMs: number, residual: number) => string): string[] =>
    points.map(({ size, cpuMs }) => {
      if (cpuMs === undefined) return 'refused';
      return cells(size, cpuMs, residuals[measured.findIndex(([x]) => x === size)] ?? Number.NaN);
    });
  const percent = (share: number): string => `${share < 0 ? '−' : '+'}${Math.abs(share * 100).toFixed(0)} %`;
  const head = [`${title}`, ...points.map(({ size }) => String(size))];
  const table = toTable(head, [
    ['CPU time, ms', ...show((_size, cpuMs) => cpuMs.toFixed(2))],
    ['line, ms', ...show((size) => (base + slope * size).toFixed(2))],
    ['residual', ...show((_size, _cpuMs, residual) => percent(residual))],
  ]);
  const line = `${base.toFixed(2)} ms + ${(slope * 1000).toFixed(1)} µs for each ${unit}; exponent ${exponent.toFixed(2)}.`;
  return `${table}\n${line}`;
}

/** In a gateway of its own: what one request leaves behind must not be laid to another's charge. */
async function measureMemory(upstream: Upstream) {
  const found: { title: string; megabytes: number }[] = [];
  await upstream.change({ members: 20 });
  {
    await using bare = await start(toStartOptions(findParticipant('bare'), upstream.url));
    await using callers = new Callers(bare.url, 8);
    for (const workload of workloads) await callers.drive(toAsk(bare.url, workload), 1_000);
    found.push({ title: 'the bare limit, after 1 s of full load with each workload', megabytes: bare.memory().now });
  }
  await using gateway = await start(toStartOptions(findParticipant('gateway'), upstream.url));
  await using callers = new Callers(gateway.url, 8);
  found.push({ title: 'after startup', megabytes: gateway.memory().now });
  await callers.pace([toAsk(gateway.url, workloads[0])], 100, 5_000);
  found.push({ title: 'after 5 s of W1, 100 requests per second', megabytes: gateway.memory().now });
  for (const workload of workloads) await callers.drive(toAsk(gateway.url, workload), 1_000);
  found.push({ title: 'after 1 s of full load with each workload', megabytes: gateway.memory().now });

  await upstream.change({ members: 1_000 });
  const ask = toAsk(gateway.url, page(70));
  gateway.resetPeak();
  const size = (await callers.send(ask, 0)).length / 2 ** 20;
  found.push({ title: `peak for an answer of ${size.toFixed(1)} MB`, megabytes: gateway.memory().peak });
  await Promise.all(Array.from({ length: 8 }, (_, number) => callers.send(ask, number)));
  found.push({ title: 'peak for eight of them concurrently', megabytes: gateway.memory().peak });
  await callers.drive(toAsk(gateway.url, workloads[0]), 3_000);
  found.push({ title: 'after another 3 s of W1', megabytes: gateway.memory().now });
  return found;
}
