import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Part, parts } from './parts.ts';

// Mutates core files and runs their tests: `npm run test:mutation -- [--changed] [--seconds=N] [part…]`. Without names,
// all parts run; with `--changed`, those whose files or tests are not the recorded ones. After `--seconds`, the run ends, and
// lists the parts that are left. Writes scores.json. Exits with 1 if a file scores less than recorded, or Stryker fails.

/** What is known of a file. */
interface Score {
  /** Noticed, in per cent of all its mutants. */
  readonly score: number;
  readonly killed: number;
  readonly mutants: number;
  /** The mutants that survived, each as `line:column replacement`. */
  readonly survivors: readonly string[];
}

interface Recorded {
  /** Of the files and the tests of the part, when it ran last. */
  readonly sha256: string;
  readonly files: Readonly<Record<string, Score>>;
}

type Scores = Readonly<Record<string, Recorded>>;

/** The part of Stryker's report that is read here. Source: its mutation-testing-report-schema. */
interface Report {
  readonly files: Readonly<Record<string, { readonly mutants: readonly Mutant[] }>>;
}

interface Mutant {
  readonly status: string;
  readonly mutatorName: string;
  readonly replacement?: string;
  readonly location: { readonly start: { readonly line: number; readonly column: number } };
}

const root = fileURLToPath(new URL('../../', import.meta.url));
/** A package of its own, because only these tests need what it installs. */
const packageFolder = fileURLToPath(new URL('stryker/', import.meta.url));
const stryker = join(packageFolder, 'node_modules/@stryker-mutator/core/bin/stryker.js');
const record = new URL('scores.json', import.meta.url);
/** The states of a mutant that a test noticed. */
const noticed = ['Killed', 'Timeout'];
/** The states of a mutant that says nothing: it cannot be loaded, for example. Source: Stryker, "Mutant states and metrics". */
const invalid = ['Ignored', 'CompileError', 'RuntimeError'];
const say = (text: string): void => void process.stdout.write(`${text}\n`);

function readScores(): Scores {
  return JSON.parse(readFileSync(record, 'utf8')) as Scores;
}

function hash({ files, tests }: Part): string {
  const sum = createHash('sha256');
  for (const path of [...files.map((file) => `src/${file}`), ...tests.map((test) => `test/${test}`)].sort()) {
    sum.update(`${path}\n`).update(readFileSync(join(root, path)));
  }
  return sum.digest('hex');
}

function install(): void {
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: packageFolder, stdio: 'inherit' });
  if (status !== 0) throw new Error(`npm ci in ${packageFolder} failed`);
}

/** Runs Stryker with one part. @returns null if there was not enough time. @throws if Stryker fails. */
function run({ files, tests }: Part, concurrency: number, timeout: number): Readonly<Record<string, Score>> | null {
  const folder = mkdtempSync(join(tmpdir(), 'mutation-'));
  try {
    const fileName = join(folder, 'report.json');
    const settings = {
      mutate: files.map((file) => `src/${file}`),
      testRunner: 'vitest',
      vitest: { configFile: 'test/mutation/vitest.config.ts', related: false, pool: 'forks' },
      plugins: ['@stryker-mutator/vitest-runner'],
      coverageAnalysis: 'perTest',
      concurrency,
      timeoutMS: 10_000,
      // A file that does not exist: Stryker would rewrite the configuration with the API of an older TypeScript.
      tsconfigFile: 'none.json',
      ignorePatterns: ['bench', 'examples', 'frontend/node_modules', 'test/mutation/scores.json'],
      reporters: ['progress-append-only', 'json'],
      jsonReporter: { fileName },
      tempDirName: '.mutation',
    };
    const config = join(folder, 'stryker.config.json');
    writeFileSync(config, JSON.stringify(settings));
    const env = { ...process.env, MUTATION_TESTS: tests.map((test) => `test/${test}`).join() };
    const options = { cwd: root, env, stdio: 'inherit', ...(Number.isFinite(timeout) && { timeout }) } as const;
    const { status, signal, error } = spawnSync(process.execPath, [stryker, 'run', config], options);
    if (error !== undefined && 'code' in error && error.code === 'ETIMEDOUT') return null;
    if (status !== 0) throw new Error(`Stryker ended with ${status ?? signal}`);
    return toScores(JSON.parse(readFileSync(fileName, 'utf8')) as Report);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function toScores({ files }: Report): Record<string, Score> {
  return Object.fromEntries(
    Object.entries(files).map(([path, { mutants }]) => {
      const counted = mutants.filter(({ status }) => !invalid.includes(status));
      const survivors = counted.filter(({ status }) => !noticed.includes(status));
      const killed = counted.length - survivors.length;
      const score = counted.length === 0 ? 100 : Math.floor((1000 * killed) / counted.length) / 10;
      return [path, { score, killed, mutants: counted.length, survivors: survivors.map(toLine) }];
    }),
  );
}

function toLine({ location, mutatorName, replacement, status }: Mutant): string {
  const { line, column } = location.start;
  const what = (replacement ?? mutatorName).replace(/\s+/g, ' ').slice(0, 80);
  return `${line}:${column} ${what}${status === 'Survived' ? '' : ` (${status})`}`;
}

/** The files that score less than before. */
function findLosses(before: Recorded | undefined, after: Readonly<Record<string, Score>>): string[] {
  return Object.entries(after).flatMap(([path, { score, survivors }]) => {
    const recorded = before?.files[path]?.score ?? 0;
    if (score >= recorded) return [];
    return [`${path} scores ${score}, and ${recorded} is recorded. Survived: ${survivors.join('; ')}`];
  });
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    changed: { type: 'boolean', default: false },
    seconds: { type: 'string', default: 'Infinity' },
    concurrency: { type: 'string', default: '2' },
  },
});
const scores: Record<string, Recorded> = { ...readScores() };
/** Whether a part has another record than that of its files; parts that were never measured have none to hold. */
const isStale = (name: string, part: Part): boolean => scores[name] !== undefined && scores[name].sha256 !== hash(part);
const chosen = Object.entries(parts).filter(([name]) => positionals.length === 0 || positionals.includes(name));
for (const name of positionals) if (!(name in parts)) throw new Error(`there is no part ${name}`);
const wanted = chosen.filter(([name, part]) => !values.changed || isStale(name, part));
if (wanted.length > 0 && !existsSync(stryker)) install();
const until = performance.now() + Number(values.seconds) * 1000;
for (const [name, part] of wanted) {
  const sha256 = hash(part);
  const left = Math.ceil(until - performance.now());
  const files = left > 0 ? run(part, Number(values.concurrency), left) : null;
  if (files === null) {
    say(`there was no time for ${name}: npm run test:mutation -- ${name}`);
    continue;
  }
  for (const [path, { score, killed, mutants }] of Object.entries(files))
    say(`${path}: ${score} % (${killed}/${mutants})`);
  const losses = findLosses(scores[name], files);
  for (const loss of losses) say(loss);
  if (losses.length > 0) process.exitCode = 1;
  else {
    scores[name] = { sha256, files };
    writeFileSync(record, `${JSON.stringify(scores, null, 2)}\n`);
  }
}
const unmeasured = Object.keys(parts).filter((name) => scores[name] === undefined);
if (unmeasured.length > 0) say(`never measured: ${unmeasured.join(' ')}`);
