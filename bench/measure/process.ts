import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The folder of this checkout. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A server that runs as a process of its own, the way its users start it. */
export interface Server extends AsyncDisposable {
  readonly url: URL;
  /** CPU time that the process, its children and all their threads have used, in microseconds. */
  cpuMicroseconds(): number;
  /** Memory of the process that is in RAM, in megabytes: now, and the most since `resetPeak`. */
  memory(): { readonly now: number; readonly peak: number };
  resetPeak(): void;
}

export interface StartOptions {
  /** The program, below the root of the repository. */
  readonly script: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Options of Node itself. */
  readonly flags?: readonly string[];
  /** How many lines with its URL the program prints before it is ready; 1 by default. */
  readonly lines?: number;
}

/** Starts a server on a free port and waits until it has printed its URL. What it logs goes to /dev/null. */
export async function start({ script, env = {}, flags = [], lines = 1 }: StartOptions): Promise<Server> {
  const child = spawn(process.execPath, [...flags, script], {
    cwd: root,
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', PORT: '0', ...env },
    stdio: ['ignore', 'pipe', process.env['BENCH_STDERR'] ? 'inherit' : 'ignore'],
  });
  const exited = once(child, 'exit');
  const url = await new Promise<URL>((resolve, reject) => {
    let seen = 0;
    createInterface({ input: child.stdout }).on('line', (line) => {
      const found = /http:\/\/\S+/.exec(line)?.[0];
      if (found && ++seen === lines) resolve(new URL(found));
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${script} ended with ${code}; BENCH_STDERR=1 shows what it says`)));
  });
  const pid = child.pid ?? 0;
  return {
    url,
    cpuMicroseconds: () => cpuMicroseconds(pid),
    memory: () => ({ now: megabytes(pid, 'VmRSS'), peak: megabytes(pid, 'VmHWM') }),
    // Source: proc_pid_clear_refs(5).
    resetPeak: () => writeFileSync(`/proc/${pid}/clear_refs`, '5'),
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      // Some catch the signal and stay.
      const timer = setTimeout(() => child.kill('SIGKILL'), 4_000);
      await exited;
      clearTimeout(timer);
    },
  };
}

/** The scheduler's own account, to the nanosecond; user and system time together. Source: proc_pid_schedstat(5). */
function cpuMicroseconds(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}`);
  const own = sum(threads.map((thread) => Number(read(`${thread}/schedstat`).split(' ', 1)[0]) / 1000));
  const children = threads.flatMap((thread) => read(`${thread}/children`).split(' ').filter(Boolean));
  return own + sum(children.map((child) => cpuMicroseconds(Number(child))));
}

function megabytes(pid: number, key: string): number {
  return Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(read(`/proc/${pid}/status`))?.[1]) / 1024;
}

/** A thread may end between being listed and being read; it then counts as nothing. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** CPU time that this process, the load generator, has used, in microseconds. */
export function ownCpuMicroseconds(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
