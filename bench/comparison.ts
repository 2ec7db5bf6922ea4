import type { Cell, Measurement, Mode, RatioKey } from './compare.ts';
import { median, toTable, withSpread } from './measure/statistics.ts';
import type { Report } from './report.ts';
import { findParticipant } from './servers.ts';
import { workloads } from './workloads.ts';

type Show = (rounds: readonly Measurement[], cell: Cell) => string;

const headings: Readonly<Record<Mode, string>> = {
  mix: `All workloads interleaved

One process of each server answers all workloads in turn, as in production. These are the figures that count.`,
  single: `One kind at a time

Each process answers one workload only, so that V8 optimizes it for that workload alone.`,
};

/** Shows the cells of a comparison as tables with a row for each server: the mix in full, single workloads in short. */
export function toReport(cells: readonly Cell[]): Report {
  const present = workloads.filter(({ name }) => cells.some(({ workload }) => workload === name));
  const mix = cells.filter(({ mode }) => mode === 'mix');
  const single = cells.filter(({ mode }) => mode === 'single');
  const parts = [
    `${present.map(({ name, title }) => `${name}: ${title}`).join('; ')}.`,
    'The first table of each mode shows CPU time per request as a ratio to the bare limit in the same round: median ' +
      '(lowest–highest of the rounds). A star marks servers that had not settled when their warm-up ended. Latencies ' +
      'are measured under full load; in brackets is their ratio to the bare limit’s.',
  ];
  if (mix.length > 0) parts.push(`#### ${headings.mix}`, ratioTable(mix), ...detailTables(mix), ...mixTables(mix));
  if (single.length > 0)
    parts.push(`#### ${headings.single}`, ratioTable(single), ...detailTables(single.filter(isFast)));
  return { title: 'Compared with its peers', data: cells, markdown: parts.join('\n\n') };
}

function ratioTable(cells: readonly Cell[]): string {
  return table(cells, (rounds, { settled }) => {
    const ratios = rounds.map((round) => round.ratios.cpuMicroseconds);
    return withSpread(ratios, 2) + (settled ? '' : ' *');
  });
}

/** What both modes show besides the ratios of CPU time. */
function detailTables(cells: readonly Cell[]): string[] {
  return [
    'CPU time per request, in microseconds:',
    table(cells, (rounds) => middle(rounds, 'cpuMicroseconds').toFixed(0)),
    'Latency in milliseconds, p50 / p99:',
    table(cells, (rounds) => {
      const milliseconds = `${middle(rounds, 'p50Ms').toFixed(1)} / ${middle(rounds, 'p99Ms').toFixed(1)}`;
      return `${milliseconds} (${middleRatio(rounds, 'p50Ms').toFixed(1)} / ${middleRatio(rounds, 'p99Ms').toFixed(1)})`;
    }),
    'Memory in RAM when the load has ended, in megabytes:',
    memoryTable(cells),
  ];
}

function mixTables(cells: readonly Cell[]): string[] {
  return [
    'Requests per second, with the load generator and upstream on the same cores:',
    table(cells, (rounds) => middle(rounds, 'perSecond').toFixed(0)),
    'Upstream calls per request:',
    table(cells, (rounds) => middle(rounds, 'upstreamCalls').toFixed(1).replace('.0', '')),
  ];
}

/** A process that answers several workloads has one memory: that after the last of them. */
function memoryTable(cells: readonly Cell[]): string {
  const show: Show = (rounds) =>
    `${middle(rounds, 'memoryMb').toFixed(0)} (${middleRatio(rounds, 'memoryMb').toFixed(2)})`;
  if (cells.some(({ mode }) => mode === 'single')) return table(cells, show);
  const last = new Map(cells.map((cell) => [cell.server, cell]));
  return toTable(
    ['', 'after a round of all workloads'],
    [...last.values()].map((cell) => [findTitle(cell.server), show(cell.rounds, cell)]),
  );
}

/** A column for each workload, a row for each server; a dash where a server has no counterpart of a workload. */
function table(cells: readonly Cell[], show: Show): string {
  const names = workloads.map(({ name }) => name).filter((name) => cells.some(({ workload }) => workload === name));
  return toTable(
    ['', ...names],
    [...new Set(cells.map(({ server }) => server))].map((server) => {
      const row = names.map((name) => {
        const cell = cells.find((one) => one.server === server && one.workload === name);
        return cell ? show(cell.rounds, cell) : '–';
      });
      return [findTitle(server), ...row];
    }),
  );
}

function middle(rounds: readonly Measurement[], key: keyof Omit<Measurement, 'ratios'>): number {
  return median(rounds.map((round) => round[key]));
}

function middleRatio(rounds: readonly Measurement[], key: RatioKey): number {
  return median(rounds.map(({ ratios }) => ratios[key]));
}

/** A checkout that is compared under a name of its own counts as fast: it is a gateway. */
function isFast({ server }: Cell): boolean {
  try {
    return !findParticipant(server).slow;
  } catch {
    return true;
  }
}

function findTitle(name: string): string {
  try {
    return findParticipant(name).title;
  } catch {
    return name;
  }
}
