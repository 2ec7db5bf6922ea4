import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request as send } from 'undici';
import type { Used } from './gateway-process.ts';
import { type Request, type Selection, toHttp } from './request.ts';
import { type LargeUpstream, startLargeUpstream } from './upstream.ts';

/** The cost of a request: the maximum of its first execution, which is interpreted, and of later ones. */
export interface Figures {
  /** Size of the response body. */
  readonly answerBytes: number;
  /** Total time that the event loop is busy, and its longest block, in milliseconds. */
  readonly busyMs: number;
  readonly blockMs: number;
  /** Size of all log lines, and of the largest one. */
  readonly logBytes: number;
  readonly lineBytes: number;
  readonly calls: number;
  readonly memoryBytes: number;
  readonly defects: number;
}

export type Objective = keyof Figures;

/** The measured result of a request. */
export interface Measured {
  readonly figures: Figures;
  /** HTTP status and some error codes, for each execution. */
  readonly outcomes: readonly string[];
}

export interface Meter extends AsyncDisposable {
  /** Sends the request three times. */
  measure(request: Request): Promise<Measured>;
  /**
   * Sends the request three times in each round, with a different document per round, to filter out the load of other
   * programs. Stops after the given number of rounds, or as soon as the cost is low enough.
   */
  measureWell(request: Request, rounds: number, isEnough: (figures: Figures) => boolean): Promise<Measured>;
}

/** The first time, a document is prepared and interpreted; the second time, it is compiled. */
const times = [1, 2, 3];

type Command = 'reset' | 'collect and reset' | 'read';

/** Default settings in graphql-js's faster production mode, except that a busy machine does not cause refusals. */
const environment = {
  NODE_ENV: 'production',
  PRODUCTION: 'false',
  PORT: '0',
  MAX_EVENT_LOOP_DELAY_MS: '600000',
  MAX_MEMORY_PERCENT: '100',
  UPSTREAM_BREAKER_FAILURES: '0',
  UPSTREAM_RETRIES: '0',
};

/** Starts a gateway in a separate process, in front of the largest possible Images API. */
export async function startMeter(settings: Readonly<Record<string, string>> = {}): Promise<Meter> {
  const upstream = await startLargeUpstream();
  const child = fork(new URL('gateway-process.ts', import.meta.url), {
    env: { ...environment, IMAGES_API_URL: upstream.url, IDENTITY_API_URL: upstream.url, ...settings },
    execArgv: ['--no-warnings', '--expose-gc'],
  });
  const agent = new Agent({ connections: 1, headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: 600_000 });
  const meter = new ChildMeter(child, String(await nextMessage(child)), upstream, agent);
  for (let length = 0; length < 300; length++) await meter.measure(toWarmUp(length), 'reset', 1);
  return {
    measure: (request) => meter.measure(request, 'reset', 1),
    measureWell: (request, rounds, isEnough) => meter.measure(request, 'collect and reset', rounds, isEnough),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await agent.destroy();
      await upstream[Symbol.asyncDispose]();
    },
  };
}

/** A request of normal size, so that V8 has compiled the gateway's code before the measurement. */
function toWarmUp(length: number): Request {
  const image: Selection = {
    field: 'image',
    args: { id: '{n}' },
    select: ['id', 'name', 'status', 'size', 'tags'].map((field) => ({ field })),
  };
  return { operation: 'query', before: { text: ' ', times: length }, select: [{ ...image, times: 10 }] };
}

/** @throws Error if the process ends instead. */
async function nextMessage(child: ChildProcess): Promise<unknown> {
  const stop = new AbortController();
  const ended = once(child, 'exit', { signal: stop.signal }).then(([code, signal]) => {
    throw new Error(`the gateway has ended: ${code ?? signal}`);
  });
  ended.catch(() => {});
  const [message] = await Promise.race([once(child, 'message', { signal: stop.signal }), ended]).finally(() =>
    stop.abort(),
  );
  return message;
}

class ChildMeter {
  readonly #child: ChildProcess;
  readonly #url: string;
  readonly #upstream: LargeUpstream;
  readonly #agent: Agent;
  #salt = 0;

  constructor(child: ChildProcess, url: string, upstream: LargeUpstream, agent: Agent) {
    this.#child = child;
    this.#url = url;
    this.#upstream = upstream;
    this.#agent = agent;
  }

  /** @param begin collecting garbage first makes memory figures precise, but takes longer than most requests. */
  async measure(
    request: Request,
    begin: 'reset' | 'collect and reset',
    rounds: number,
    isEnough: (figures: Figures) => boolean = () => false,
  ): Promise<Measured> {
    const asked: Asked[][] = times.map(() => []);
    for (let round = 1; ; round++) {
      this.#salt++;
      for (const time of times) asked[time - 1]?.push(await this.#ask(request, time, begin));
      const figures = asked.map(summarise).reduce(toWorst);
      if (round < rounds && !isEnough(figures)) continue;
      return { figures, outcomes: asked.map(([first]) => first?.outcome ?? '') };
    }
  }

  async #ask(request: Request, time: number, begin: Command): Promise<Asked> {
    const { method, path, headers, body } = toHttp(request, this.#salt, time);
    await this.#tell(begin);
    const calls = this.#upstream.calls;
    const { status, raw } = await this.#send(path, { method, headers, body: body ?? null });
    const used = (await this.#tell('read')) as Used;
    const codes = new Set(raw.toString('latin1', 0, 4_000).match(/"(?:code|limit)":"[A-Z_]+"/g));
    const outcome = [status, ...codes].join(' ');
    return { ...used, answerBytes: raw.length, calls: this.#upstream.calls - calls, outcome };
  }

  /** The gateway may close the connection before it has read the whole request. */
  async #send(path: string, options: Parameters<typeof send>[1]): Promise<{ status: number | string; raw: Buffer }> {
    try {
      const { statusCode, body } = await send(this.#url + path, { ...options, dispatcher: this.#agent });
      return { status: statusCode, raw: Buffer.from(await body.arrayBuffer()) };
    } catch (error) {
      return { status: String(error), raw: Buffer.alloc(0) };
    }
  }

  async #tell(message: Command): Promise<unknown> {
    const answer = nextMessage(this.#child);
    this.#child.send(message);
    return answer;
  }
}

interface Asked extends Used {
  readonly answerBytes: number;
  readonly calls: number;
  readonly outcome: string;
}

/** `paceMs` on the machine for which the time bounds are defined. */
const usualPaceMs = 2.5;
/** The maximum correction for a slower machine. */
const maxSlowdown = 8;

/**
 * Combines several measurements of one request. Other programs can only increase times, so the smallest value counts. CPU
 * time is counted in ticks of four milliseconds, so its smallest value may be too small. The result estimates the times on
 * an idle machine.
 */
function summarise(all: readonly Asked[]): Figures {
  const most = (key: keyof Omit<Asked, 'outcome'>): number => Math.max(...all.map((one) => one[key]));
  const least = (key: keyof Omit<Asked, 'outcome'>): number => Math.min(...all.map((one) => one[key]));
  const slowdown = Math.min(maxSlowdown, Math.max(1, least('paceMs') / usualPaceMs));
  const busyMs = all.length < 5 ? least('busyMs') : Math.min(least('busyMs'), median(all.map(({ cpuMs }) => cpuMs)));
  return {
    answerBytes: most('answerBytes'),
    busyMs: busyMs / slowdown,
    blockMs: Math.min(least('blockMs'), least('blockCpuMs') || Number.POSITIVE_INFINITY) / slowdown,
    logBytes: most('logBytes'),
    lineBytes: most('lineBytes'),
    calls: most('calls'),
    memoryBytes: least('memoryBytes'),
    defects: most('defects'),
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? 0;
}

function toWorst(one: Figures, other: Figures): Figures {
  const keys = Object.keys(one) as Objective[];
  return Object.fromEntries(keys.map((key) => [key, Math.max(one[key], other[key])])) as unknown as Figures;
}
