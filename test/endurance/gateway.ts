import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Agent, request } from 'undici';

const root = new URL('../../', import.meta.url);

/** A program of this project in a process of its own. */
export interface Program extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly url: string;
  readonly exited: Promise<number | null>;
}

/** Lets a program collect its garbage on demand, so that memory in use can be distinguished from garbage. */
const collectOnSignal = 'data:text/javascript,process.on("SIGUSR2",()=>globalThis.gc())';

/** Starts the gateway, or with `entry` another program that prints where it listens. */
export async function startProgram(environment: Record<string, string>, entry = 'src/main.ts'): Promise<Program> {
  const args = ['--no-warnings', '--expose-gc', '--import', collectOnSignal, fileURLToPath(new URL(entry, root))];
  const env = { PATH: process.env['PATH'], PORT: '0', LOG_LEVEL: 'warn', ...environment };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const found = /(http:\/\/[^\s/]+)/.exec(line)?.[1];
      if (found) resolve(found);
    });
    exited.then((code) => reject(new Error(`${entry} ended with ${code}`)), reject);
  });
  return {
    child,
    url,
    exited,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** The parts of an answer that load tests need. */
export interface Outcome {
  /** The HTTP status, or `aborted`, or the code of the connection error. */
  readonly status: number | string;
  /** The code of the first error or user error. */
  readonly code: string | null;
  readonly ms: number;
}

/** A caller with connections of its own. */
export class Client {
  readonly #url: string;
  readonly #agent: Agent;

  constructor(url: string, connections: number) {
    this.#url = url;
    this.#agent = new Agent({ connections, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 });
  }

  async ask(token: string, query: string, variables: object = {}, signal?: AbortSignal): Promise<Outcome> {
    const start = performance.now();
    const done = (status: Outcome['status'], code: string | null): Outcome => ({
      status,
      code,
      ms: performance.now() - start,
    });
    try {
      const { statusCode, body } = await request(`${this.#url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-auth-token': token },
        body: JSON.stringify({ query, variables }),
        dispatcher: this.#agent,
        signal: signal ?? null,
      });
      const answer = (await body.json()) as {
        data?: Record<string, unknown>;
        errors?: { extensions: { code: string } }[];
      };
      const payload = Object.values(answer.data ?? {})[0] as { userErrors?: { code: string }[] } | null | undefined;
      return done(statusCode, answer.errors?.[0]?.extensions.code ?? payload?.userErrors?.[0]?.code ?? null);
    } catch (error) {
      if (signal?.aborted) return done('aborted', null);
      const { code, message } = error as Error & { code?: string };
      return done(code ?? message, null);
    }
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }
}

/** The value of each metric, summed over its labels. */
export async function readMetrics(url: string): Promise<Map<string, number>> {
  const { body } = await request(`${url}/metrics`);
  const values = new Map<string, number>();
  for (const [, name = '', value = ''] of (await body.text()).matchAll(/^(\w+)(?:\{.*\})? (\S+)$/gm)) {
    values.set(name, (values.get(name) ?? 0) + Number(value));
  }
  return values;
}

/** The quantile of the values for this share. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** The number of occurrences of each value. */
export function tally(outcomes: readonly Outcome[]): string {
  const counts = new Map<string, number>();
  for (const { status, code } of outcomes) {
    const name = code === null ? String(status) : `${status} ${code}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name}: ${count}`)
    .join(', ');
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Runs a function the given number of times with the given concurrency. */
export async function repeat(times: number, atOnce: number, run: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  async function worker(): Promise<void> {
    while (next < times) await run(next++);
  }
  await Promise.all(Array.from({ length: atOnce }, worker));
}
