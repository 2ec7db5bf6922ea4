import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createNetServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { type Listening, listen } from './listen.ts';

/** A request as the scripted server received it. */
export interface Received {
  readonly method: string;
  readonly target: string;
  /** Names in lower case, values byte for byte, in the order of arrival. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
  readonly socket: Socket;
  /** When it arrived, on the clock of `performance`. */
  readonly at: number;
}

/** Answers the request with this number, counted from 1. */
export type Script = (response: ServerResponse, request: Received, number: number) => void;

export interface Upstream extends Listening {
  readonly received: readonly Received[];
  /** Resolves when this many requests have arrived. */
  arrived(count: number): Promise<void>;
}

/** A real HTTP server in place of the Images API, with answers scripted by a test. */
export async function startUpstream(script: Script): Promise<Upstream> {
  const received: Received[] = [];
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = performance.now();
    const { method = '', url: target = '', rawHeaders, socket } = request;
    const headers = rawHeaders.flatMap((name, index) =>
      index % 2 === 0 ? [[name.toLowerCase(), rawHeaders[index + 1] ?? ''] as const] : [],
    );
    const entry = { method, target, headers, body: await text(request), socket, at };
    const number = received.push(entry);
    for (const { count, resolve } of waiting) if (received.length >= count) resolve();
    script(response, entry, number);
  }
  const server = createServer((request, response) => {
    // A truncated request needs no answer.
    handle(request, response).catch(() => response.destroy());
  });
  return {
    ...(await listen(server)),
    received,
    arrived: (count) =>
      new Promise((resolve) => {
        if (received.length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
  };
}

export interface RawUpstream extends Listening {
  /** The number of calls of `answer`. */
  readonly count: () => number;
}

/** A TCP server in place of the Images API: `answer` is called for every received chunk, which in tests is a request. */
export async function startRawUpstream(answer: (socket: Socket) => void): Promise<RawUpstream> {
  let count = 0;
  const server = createNetServer((socket) => {
    socket.on('data', () => {
      count++;
      answer(socket);
    });
  });
  return { ...(await listen(server)), count: () => count };
}

/** Answers with JSON. */
export function sendJson(response: ServerResponse, status: number, body: unknown, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}
