/**
 * Measures, shows the results as Markdown on standard output, and writes every figure to `bench/last.json`:
 *
 *   npm run bench                       everything but the part with a real Glance; about an hour
 *   npm run bench -- compare growth     only these parts
 *   npm run bench -- --record           puts them into bench/README.md and bench/results.json instead
 *   npm run bench -- compare --servers bare,gateway,before=/path/to/another/checkout --workloads W1,W2
 *   npm run bench -- compare --servers gateway --workloads W1 --modes single --profile /tmp/profiles
 */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { reportCoalescing } from './coalescing.ts';
import { compare, modes } from './compare.ts';
import { toReport } from './comparison.ts';
import { reportCores } from './cores.ts';
import { reportGlance } from './glance.ts';
import { reportGrowth } from './growth.ts';
import { reportLatency } from './latency.ts';
import { reportLayers } from './layers.ts';
import type { Report } from './report.ts';
import { participants } from './servers.ts';
import { reportSizing } from './sizing.ts';
import { reportStart } from './start.ts';
import { workloads } from './workloads.ts';

const here = fileURLToPath(new URL('.', import.meta.url));

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    servers: { type: 'string', default: participants.map(({ name }) => name).join(',') },
    workloads: { type: 'string', default: workloads.map(({ name }) => name).join(',') },
    modes: { type: 'string', default: modes.join(',') },
    rounds: { type: 'string', default: '4' },
    processes: { type: 'string', default: '2' },
    ms: { type: 'string', default: '600' },
    'warm-up-ms': { type: 'string', default: '4000' },
    'lead-in-ms': { type: 'string', default: '1000' },
    callers: { type: 'string', default: '32' },
    profile: { type: 'string' },
    record: { type: 'boolean', default: false },
  },
});

async function reportComparison(): Promise<Report> {
  const servers = options.servers.split(',');
  // Only the peers need packages of their own.
  if (servers.some((name) => participants.find((one) => one.name === name)?.script.includes('/peers/')))
    await install();
  const cells = await compare({
    servers: ['bare', ...servers.filter((name) => name !== 'bare')],
    workloads: options.workloads.split(','),
    modes: modes.filter((mode) => options.modes.split(',').includes(mode)),
    rounds: Number(options.rounds),
    processes: Number(options.processes),
    ms: Number(options.ms),
    warmUpMs: Number(options['warm-up-ms']),
    leadInMs: Number(options['lead-in-ms']),
    callers: Number(options.callers),
    profile: options.profile,
  });
  return toReport(cells);
}

async function install(): Promise<void> {
  const installed = statSync(`${here}node_modules/.package-lock.json`, { throwIfNoEntry: false });
  if (installed && installed.mtimeMs >= statSync(`${here}package-lock.json`).mtimeMs) return;
  process.stderr.write('Installing the peers\n');
  await promisify(execFile)('npm', ['ci', '--no-audit', '--no-fund'], { cwd: here });
}

const parts: Readonly<Record<string, () => Promise<Report>>> = {
  compare: reportComparison,
  layers: reportLayers,
  latency: reportLatency,
  growth: reportGrowth,
  start: reportStart,
  cores: reportCores,
  coalescing: reportCoalescing,
  sizing: reportSizing,
  glance: reportGlance,
};

const chosen = positionals.length > 0 ? positionals : Object.keys(parts).filter((name) => name !== 'glance');
const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}`;
const reports: Record<string, Report> = {};
for (const name of chosen) {
  const part = parts[name];
  if (part === undefined) throw new Error(`There is no part ${name}: ${Object.keys(parts).join(', ')}`);
  const start = performance.now();
  const report = await part();
  reports[name] = report;
  process.stdout.write(`${toMarkdown(report)}\n`);
  process.stderr.write(`${name} took ${((performance.now() - start) / 1000).toFixed(0)} s\n`);
}
const date = new Date().toISOString().slice(0, 10);
const found = Object.entries(reports).map(([name, { data }]) => [name, { date, machine, data }] as const);
if (options.record) record();
else write('last.json', Object.fromEntries(found));

function write(file: string, data: object): void {
  writeFileSync(here + file, `${JSON.stringify(data, null, 1)}\n`);
}

function toMarkdown({ title, markdown }: Report): string {
  return `### ${title}\n\n${markdown.trim()}\n`;
}

/** Puts every part that was measured in the place of what was recorded of it before. */
function record(): void {
  const recorded = existsSync(`${here}results.json`) ? JSON.parse(readFileSync(`${here}results.json`, 'utf8')) : {};
  write('results.json', { ...recorded, ...Object.fromEntries(found) });
  let readme = readFileSync(`${here}README.md`, 'utf8');
  for (const [name, report] of Object.entries(reports)) {
    const [begin, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
    const [before, after] = [readme.indexOf(begin), readme.indexOf(end)];
    if (before < 0 || after < 0) throw new Error(`README.md has no place for ${name}`);
    const text = `${begin}\n\n${toMarkdown(report)}\n_${date}, ${machine}._\n\n`;
    readme = readme.slice(0, before) + text + readme.slice(after);
  }
  writeFileSync(`${here}README.md`, readme);
}
