import { expect, it } from 'vitest';
import { type Cell, type Measurement, type Mode, toRatios } from '../../bench/compare.ts';
import { toReport } from '../../bench/comparison.ts';

const figures = { cpuMicroseconds: 100, p50Ms: 2, p99Ms: 10, memoryMb: 200 };

function toRound(cpuRatio: number): Measurement {
  const ratios = { cpuMicroseconds: cpuRatio, p50Ms: 1.5, p99Ms: 1.75, memoryMb: 1.25 };
  return { requests: 1_000, ...figures, perSecond: 9_000, upstreamCalls: 2, ratios };
}

function toCell(mode: Mode, server: string, workload: string, settled = true): Cell {
  return { mode, server, workload, settled, rounds: [toRound(1.5), toRound(1.25), toRound(2)] };
}

/** The text below a heading of the report, up to the next heading. */
function findSection(markdown: string, heading: string): string {
  return markdown.split('#### ').find((section) => section.startsWith(heading)) ?? '';
}

it('figures are divided by those of the bare limit', () => {
  const bare = { cpuMicroseconds: 50, p50Ms: 1, p99Ms: 4, memoryMb: 160 };
  expect(toRatios(figures, bare)).toEqual({ cpuMicroseconds: 2, p50Ms: 2, p99Ms: 2.5, memoryMb: 1.25 });
});

it('each mode has a table of CPU ratios with their spread, and a star for what had not settled', () => {
  const { markdown } = toReport([toCell('mix', 'gateway', 'W1'), toCell('single', 'gateway', 'W1', false)]);
  expect(findSection(markdown, 'All workloads')).toContain('| **this gateway** | 1.50 (1.25–2.00) |');
  expect(findSection(markdown, 'One kind')).toContain('| **this gateway** | 1.50 (1.25–2.00) * |');
});

it('latency and memory are shown with their ratios to the bare limit', () => {
  const { markdown } = toReport([toCell('single', 'gateway', 'W1')]);
  expect(markdown).toContain('| **this gateway** | 2.0 / 10.0 (1.5 / 1.8) |');
  expect(markdown).toContain('| **this gateway** | 200 (1.25) |');
});

it('slow peers have only their CPU ratio among single workloads', () => {
  const section = findSection(
    toReport([toCell('single', 'gateway', 'W1'), toCell('single', 'hive', 'W1')]).markdown,
    'One',
  );
  expect(section.match(/\| Hive/g)).toHaveLength(1);
  expect(section.match(/\| \*\*this gateway/g)).toHaveLength(4);
});

it('a server without a counterpart of a workload has a dash there', () => {
  const { markdown } = toReport([
    toCell('mix', 'bare', 'W1'),
    toCell('mix', 'bare', 'W5'),
    toCell('mix', 'hive', 'W1'),
  ]);
  expect(markdown).toMatch(/\| Hive [^|]+\| 1\.50 \(1\.25–2\.00\) \| – \|/);
});

it('a checkout that is compared under its own name is shown in full', () => {
  const section = findSection(toReport([toCell('single', 'before', 'W1')]).markdown, 'One');
  expect(section.match(/\| before/g)).toHaveLength(4);
});
