import { Client } from 'undici';
import type { Operation } from '../workloads.ts';

/** A request, and how to tell whether its answer is whole. */
export interface Ask {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly body: string | null;
  /** Throws if the answer is not what was asked for. */
  check(answer: Buffer): void;
}

/** A GraphQL request. */
export function toAsk(url: URL, { document, variables }: Operation): Ask {
  const operationName = /^\w+ (\w+)/.exec(document)?.[1];
  return {
    method: 'POST',
    path: url.pathname,
    body: JSON.stringify({ operationName, query: document, variables }),
    check(answer) {
      if (answer.includes('"errors"') || !answer.includes('"data"')) throw new Error(answer.toString().slice(0, 500));
    },
  };
}

/** A read of the Images API. */
export function toCall(path: string): Ask {
  return { method: 'GET', path, body: null, check() {} };
}

/** Sends a request and reads the whole answer. @throws Error unless it is answered with 200, and as it should be. */
export function send(client: Client, { method, path, body, check }: Ask, token: string): Promise<Buffer> {
  const headers = ['accept', 'application/json', 'x-auth-token', token];
  if (body !== null) headers.push('content-type', 'application/json');
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let status = 0;
    client.dispatch(
      { method, path, headers, body, headersTimeout: 0, bodyTimeout: 0 },
      {
        onRequestStart() {},
        onResponseStart(_controller, code) {
          status = code;
        },
        onResponseData(_controller, chunk) {
          chunks.push(chunk);
        },
        onResponseEnd() {
          const answer = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
          try {
            if (status !== 200) throw new Error(`${status} ${answer.toString().slice(0, 500)}`);
            check(answer);
            resolve(answer);
          } catch (error) {
            reject(error);
          }
        },
        onResponseError(_controller, error) {
          reject(error);
        },
      },
    );
  });
}

/** Connections to a server, each of a caller with a token of its own, unless one is given. */
export class Callers implements AsyncDisposable {
  readonly #clients: readonly Client[];
  readonly #token: string | undefined;

  constructor(url: URL, count: number, token?: string) {
    this.#clients = Array.from({ length: count }, () => new Client(url.origin, { pipelining: 1 }));
    this.#token = token;
  }

  /** Sends a request as the caller with this number, counted round. */
  send(ask: Ask, number: number): Promise<Buffer> {
    const caller = number % this.#clients.length;
    const client = this.#clients[caller];
    if (client === undefined) throw new Error('there are no callers');
    return send(client, ask, this.#token ?? `token-${caller}`);
  }

  /** All callers at once, each sending its next request as soon as the last is answered. @returns latencies in ms. */
  async drive(ask: Ask, ms: number): Promise<number[]> {
    const latencies: number[] = [];
    const end = performance.now() + ms;
    const callers = this.#clients.map(async (_client, number) => {
      for (let before = performance.now(); before < end; ) {
        await this.send(ask, number);
        const after = performance.now();
        latencies.push(after - before);
        before = after;
      }
    });
    await Promise.all(callers);
    return latencies;
  }

  /** Sends at a steady rate, whether or not answers come. @returns latencies in ms. */
  async pace(asks: readonly Ask[], perSecond: number, ms: number): Promise<number[]> {
    const under: Promise<number>[] = [];
    const start = performance.now();
    const count = Math.floor((ms * perSecond) / 1000);
    for (let number = 0; number < count; number++) {
      const wait = start + (number * 1000) / perSecond - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      const before = performance.now();
      const sent = asks.map((ask, index) => this.send(ask, number * asks.length + index));
      under.push(Promise.all(sent).then(() => performance.now() - before));
    }
    return Promise.all(under);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
  }
}
