/**
 * Tells whether the gateway has become slower: `npm run bench:guard`. Compares its CPU time per request, as a ratio to the
 * bare limit in the same run, with the ratios that are recorded in `bench/ratios.json`; what else the machine does falls on
 * both alike. All six workloads are guarded as one process answers them in turn, W1 and W6 also on their own. `-- --record`
 * records the ratios of this run instead. The last line tells how many workloads held.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Cell, compare, type Mode, modes } from './compare.ts';
import { quantile, toTable } from './measure/statistics.ts';
import { workloads } from './workloads.ts';

const file = fileURLToPath(new URL('ratios.json', import.meta.url));
const { values: options } = parseArgs({
  options: {
    record: { type: 'boolean', default: false },
    /** How much higher than recorded a ratio may be, in per cent. */
    tolerance: { type: 'string', default: '15' },
  },
});

const settings = {
  servers: ['bare', 'gateway'],
  rounds: 9,
  processes: 1,
  ms: 400,
  warmUpMs: 6_000,
  leadInMs: 200,
  callers: 32,
};
const mix = await compare({ ...settings, modes: ['mix'], workloads: workloads.map(({ name }) => name) });
// The shortest and the most usual one tell whether what is gained in the mix is lost where V8 sees one kind only.
const single = await compare({ ...settings, modes: ['single'], workloads: ['W1', 'W6'] });
const measured = { mix: toRatiosOfCost(mix), single: toRatiosOfCost(single) };
if (options.record) writeFileSync(file, `${JSON.stringify(measured, null, 2)}\n`);
const recorded: Readonly<Record<Mode, Readonly<Record<string, number>>>> = JSON.parse(readFileSync(file, 'utf8'));

const rows = modes.flatMap((mode) =>
  Object.entries(measured[mode]).map(([workload, ratio]) => {
    const expected = recorded[mode][workload] ?? Number.NaN;
    const holds = ratio <= expected * (1 + Number(options.tolerance) / 100);
    return { name: mode === 'mix' ? `${workload}, interleaved` : `${workload} alone`, ratio, expected, holds };
  }),
);
process.stdout.write(
  toTable(
    ['CPU time over the bare limit', 'recorded', 'now', 'change', ''],
    rows.map(({ name, ratio, expected, holds }) => {
      const change = `${((ratio / expected - 1) * 100).toFixed(0)} %`;
      return [name, expected.toFixed(2), ratio.toFixed(2), change, holds ? 'ok' : 'SLOWER'];
    }),
  ),
);
const failed = rows.filter(({ holds }) => !holds).length;
process.stdout.write(`${rows.length - failed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;

/** The ratio to the bare limit of each workload that was measured. */
function toRatiosOfCost(cells: readonly Cell[]): Record<string, number> {
  const names = new Set(cells.map(({ workload }) => workload));
  return Object.fromEntries(
    [...names].map((name) => {
      const ratio = costOf(cells, 'gateway', name) / costOf(cells, 'bare', name);
      return [name, Number(ratio.toFixed(2))];
    }),
  );
}

/** A neighbour on the machine can only make a round dearer, so the cheaper rounds tell more. */
function costOf(cells: readonly Cell[], server: string, workload: string): number {
  const cell = cells.find((one) => one.server === server && one.workload === workload);
  return quantile(cell?.rounds.map(({ cpuMicroseconds }) => cpuMicroseconds) ?? [], 0.25);
}
