import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

// Runs everything in this folder: `npm run test:federation`. The last line of its output is JSON: the totals of every
// suite, and the cost of each query behind each engine; `--outputFile.json=<file>` writes it to a file too, with the sums
// under the names that Vitest and Jest use. Exits with 1 if anything failed.

interface Totals {
  readonly suite: string;
  readonly total: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly seconds: number;
}

interface JestResults {
  readonly numTotalTests: number;
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numRuntimeErrorTestSuites: number;
}

const here = fileURLToPath(new URL('.', import.meta.url));
const example = fileURLToPath(new URL('../../../examples/federation/', import.meta.url));
const results = mkdtempSync(join(tmpdir(), 'federation-'));
const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** Runs a program to its end with inherited output. @returns its exit code. */
async function run(command: string, args: readonly string[], cwd: string, env = {}): Promise<number> {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = await once(child, 'exit');
  return code ?? 1;
}

async function install(folder: string): Promise<number> {
  const start = performance.now();
  const installed = statSync(join(folder, 'node_modules/.package-lock.json'), { throwIfNoEntry: false });
  if (!installed || installed.mtimeMs < statSync(join(folder, 'package-lock.json')).mtimeMs) {
    const code = await run('npm', ['ci', '--no-audit', '--no-fund'], folder);
    if (code !== 0) throw new Error(`npm ci in ${folder} failed`);
  }
  return seconds(performance.now() - start);
}

function seconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}

/** Apollo's compatibility tests for subgraphs, on Jest. */
async function runCompatibility(): Promise<Totals> {
  const file = join(results, 'jest.json');
  const jest = join(here, 'node_modules/jest/bin/jest.js');
  const env = { NODE_OPTIONS: '--experimental-vm-modules --no-warnings' };
  const start = performance.now();
  await run(
    process.execPath,
    [jest, '--config', 'jest.config.js', '--json', '--outputFile', file, '--forceExit'],
    here,
    env,
  );
  const jestResults: JestResults = JSON.parse(readFileSync(file, 'utf8'));
  return {
    suite: '@apollo/federation-subgraph-compatibility-tests',
    total: jestResults.numTotalTests,
    passed: jestResults.numPassedTests,
    // A file that could not be loaded has no tests; it must not count as one that passed.
    failed: jestResults.numFailedTests + jestResults.numRuntimeErrorTestSuites,
    skipped: jestResults.numPendingTests,
    seconds: seconds(performance.now() - start),
  };
}

/** One of our own suites, on Node's test runner. */
async function runOwn(suite: string, env = {}): Promise<Totals> {
  const file = join(results, `${suite}.tap`);
  const reporters = ['spec', 'tap'].map((name) => `--test-reporter=${name}`);
  const destinations = ['stdout', file].map((name) => `--test-reporter-destination=${name}`);
  const start = performance.now();
  // A failed test leaves its engine open, which must not keep the run from ending. In a process of its own, a suite that is
  // forced to exit loses results that it has not sent yet.
  const flags = ['--test', '--test-force-exit', '--test-isolation=none'];
  await run(process.execPath, [...flags, ...reporters, ...destinations, `${suite}.suite.ts`], here, env);
  const tap = readFileSync(file, 'utf8');
  const count = (name: string): number => Number(new RegExp(`^# ${name} (\\d+)$`, 'm').exec(tap)?.[1] ?? Number.NaN);
  return {
    suite,
    total: count('tests'),
    passed: count('pass'),
    failed: count('fail') + count('cancelled'),
    skipped: count('skipped') + count('todo'),
    seconds: seconds(performance.now() - start),
  };
}

function printTable(rows: readonly object[]): void {
  const columns = Object.keys(rows[0] ?? {});
  const line = (cells: readonly unknown[]): void => say(`| ${cells.join(' | ')} |`);
  say('');
  line(columns);
  line(columns.map(() => '---'));
  for (const row of rows) line(columns.map((column) => row[column as keyof typeof row]));
}

const installSeconds = (await install(here)) + (await install(example));
const table = join(results, 'engines.json');
const typesFit = await run('tsc', ['-p', '.'], here);
const suites = [
  await runCompatibility(),
  await runOwn('composition'),
  await runOwn('engines', { ENGINES_TABLE: table }),
  await runOwn('budget'),
  await runOwn('example'),
];
const engines: object[] = existsSync(table) ? JSON.parse(readFileSync(table, 'utf8')) : [];
rmSync(results, { recursive: true });

printTable(engines);
printTable(suites);
const sum = (key: 'total' | 'passed' | 'failed' | 'skipped'): number =>
  suites.reduce((total, suite) => total + suite[key], 0);
const report = JSON.stringify({
  numTotalTests: sum('total'),
  numPassedTests: sum('passed'),
  numFailedTests: sum('failed'),
  numPendingTests: sum('skipped'),
  typesFit: typesFit === 0,
  installSeconds,
  suites,
  engines,
});
const { values } = parseArgs({ options: { 'outputFile.json': { type: 'string' } }, strict: false });
const file = values['outputFile.json'];
if (typeof file === 'string') writeFileSync(file, report);
say(report);
const clean = suites.every(({ total, passed, skipped }) => total > 0 && passed + skipped === total);
process.exitCode = clean && suites.length === 5 && typesFit === 0 ? 0 : 1;
