/**
 * Tells whether the gateway has become slower: `npm run bench:guard`. Compares its CPU time per request, as a ratio to the
 * bare limit in the same run, with the ratios that are recorded in `bench/ratios.json`; what else the machine does falls on
 * both alike. `-- --record` records the ratios of this run instead. The last line tells how many workloads held.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compare } from './compare.ts';
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

const cells = await compare({
  servers: ['bare', 'gateway'],
  workloads: workloads.map(({ name }) => name),
  rounds: 9,
  ms: 400,
  warmUpMs: 10_000,
  callers: 8,
});
const measured = Object.fromEntries(
  workloads.map(({ name }) => [name, Number((costOf('gateway', name) / costOf('bare', name)).toFixed(2))]),
);
if (options.record) writeFileSync(file, `${JSON.stringify(measured, null, 2)}\n`);
const recorded: Readonly<Record<string, number>> = JSON.parse(readFileSync(file, 'utf8'));

const rows = Object.entries(measured).map(([workload, ratio]) => {
  const expected = recorded[workload] ?? Number.NaN;
  return { workload, ratio, expected, holds: ratio <= expected * (1 + Number(options.tolerance) / 100) };
});
process.stdout.write(
  toTable(
    ['CPU time over the bare limit', 'recorded', 'now', 'change', ''],
    rows.map(({ workload, ratio, expected, holds }) => {
      const change = `${((ratio / expected - 1) * 100).toFixed(0)} %`;
      return [workload, expected.toFixed(2), ratio.toFixed(2), change, holds ? 'ok' : 'SLOWER'];
    }),
  ),
);
const failed = rows.filter(({ holds }) => !holds).length;
process.stdout.write(`${rows.length - failed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;

/** A neighbour on the machine can only make a round dearer, so the cheaper rounds tell more. */
function costOf(server: string, workload: string): number {
  const cell = cells.find((one) => one.server === server && one.workload === workload);
  return quantile(cell?.rounds.map(({ cpuMicroseconds }) => cpuMicroseconds) ?? [], 0.25);
}
