import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import cors from 'cors';
import { answerClientErrors } from './client-error.ts';
import { type ConnectionLimits, Connections } from './connections.ts';
import { toOverloaded } from './gate.ts';
import { createServer } from './node-http.ts';
import { createRefuse, type OnRefused, type Refusal } from './refusal.ts';
import { parseTarget, type Target } from './target.ts';

/** Answers a request; `target` is its parsed request target. */
export type Handler = (request: IncomingMessage, response: ServerResponse, target: Target) => void | Promise<void>;

/** The handlers of a path, by method. `HEAD` is answered as `GET`, without the body. */
export interface Route {
  readonly GET?: Handler;
  readonly POST?: Handler;
  /** Whether it is also served on connections over the limits, so that operators can always reach it. */
  readonly always?: true;
}

/** Routes by path. */
export type Routes = Readonly<Record<string, Route>>;

/** Takes over the connection of a request that asks for a WebSocket; `path` is where it goes. */
export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer, path: string | undefined) => void;

export interface HttpOptions {
  readonly routes: Routes;
  /** Opens WebSockets; undefined: requests for one are answered as if they had not asked. */
  readonly upgrade?: Upgrade | undefined;
  /** The web origins whose pages may call. CORS credentials are not needed, because the token is a separate header. */
  readonly corsOrigins: '*' | readonly string[];
  readonly connections: ConnectionLimits;
  /** Timeouts for receiving the headers of a request, and the whole request. */
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  /** Time that a caller may take to receive a response. */
  readonly answerTimeoutMs: number;
  readonly onRefused: OnRefused;
  /** Is called when a handler throws, which is always a bug. */
  readonly onDefect: (error: unknown) => void;
}

/** A server that does not listen yet. */
export interface HttpServer {
  readonly server: Server;
  readonly connections: Connections;
}

/** Creates the HTTP server, with routes, CORS, connection limits and timeouts. */
export function createHttpServer({ routes, corsOrigins, onRefused, onDefect, ...options }: HttpOptions): HttpServer {
  const allowOrigin = cors({
    origin: corsOrigins === '*' ? '*' : [...corsOrigins],
    methods: ['GET', 'POST'],
    exposedHeaders: ['X-Request-Id', 'Retry-After'],
    maxAge: 600,
  });
  const paths = new Map(Object.entries(routes));
  const refuse = createRefuse(onRefused);

  function route(request: IncomingMessage, response: ServerResponse): void | Promise<void> {
    const limit = connections.overLimit(request.socket);
    if (limit !== undefined) response.setHeader('connection', 'close');
    if (request.headers.host === undefined && request.httpVersion === '1.1') {
      return refuse(request, response, badRequest(400, 'HTTP/1.1 requires a Host header.'));
    }
    if (request.method === 'OPTIONS' && request.url === '*') return sendOptions(response, allMethods);
    const target = parseTarget(request.url ?? '');
    if (target === null) return refuse(request, response, badRequest(400, 'The request target has no path.'));
    const { path } = target;
    const found = paths.get(path);
    if (found === undefined) return refuse(request, response, badRequest(404, 'Not found. GraphQL is at /graphql.'));
    if (limit !== undefined && !found.always) return refuse(request, response, toOverloaded(limit), path);
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    const handler = method === 'GET' || method === 'POST' ? found[method] : undefined;
    if (handler !== undefined) return handler(request, response, target);
    const methods = toMethods(found);
    if (method === 'OPTIONS') return sendOptions(response, methods);
    response.setHeader('allow', methods.join(', '));
    refuse(request, response, badRequest(405, `This method is not supported. Use ${methods.join(', ')}.`), path);
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await route(request, response);
    } catch (error) {
      onDefect(error);
      if (response.headersSent) response.destroy();
      else refuse(request, response, internalError);
    }
  }

  function withCors(request: IncomingMessage, response: ServerResponse, next: () => void): void {
    // Only browsers send an origin.
    if (request.headers.origin === undefined) next();
    else allowOrigin(request, response, next);
  }

  function cut(this: ServerResponse): void {
    cutSlowReader(this, options.answerTimeoutMs);
  }

  const server = createServer(toServerOptions(options), (request, response) => {
    response.on('prefinish', cut);
    withCors(request, response, () => void answer(request, response));
  });
  const connections = new Connections(server, options.connections);
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    const refusal = badRequest(417, 'This expectation is not supported. Send "Expect: 100-continue" or none.');
    withCors(request, response, () => refuse(request, response, refusal));
  });
  if (options.upgrade !== undefined) acceptUpgrades(server, connections, options.upgrade);
  answerClientErrors(server, onRefused);
  return { server, connections };
}

function toServerOptions({
  headersTimeoutMs,
  requestTimeoutMs,
  upgrade,
}: Pick<HttpOptions, 'headersTimeoutMs' | 'requestTimeoutMs' | 'upgrade'>): ServerOptions {
  return {
    headersTimeout: Math.min(headersTimeoutMs, requestTimeoutMs),
    requestTimeout: requestTimeoutMs,
    // Node would answer with an empty body; our refusal says what is missing.
    requireHostHeader: false,
    // A request for another protocol, such as h2c, is answered as if it had not asked. Source: RFC 6455 §4.1.
    shouldUpgradeCallback: ({ method, headers }) =>
      upgrade !== undefined && method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket',
    connectionsCheckingInterval: Math.min(1_000, headersTimeoutMs),
  };
}

function acceptUpgrades(server: Server, connections: Connections, upgrade: Upgrade): void {
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (connections.overLimit(request.socket) === undefined) {
      upgrade(request, socket, head, parseTarget(request.url ?? '')?.path);
    } else socket.destroy();
  });
}

const internalError = { status: 500, code: 'INTERNAL_SERVER_ERROR', message: 'Internal server error.' } as const;

function badRequest(status: number, message: string): Refusal {
  return { status, code: 'BAD_REQUEST', message };
}

const allMethods = ['GET', 'HEAD', 'POST', 'OPTIONS'];

function toMethods({ GET, POST }: Route): string[] {
  return [...(GET ? ['GET', 'HEAD'] : []), ...(POST ? ['POST'] : []), 'OPTIONS'];
}

/** Answers OPTIONS with the supported methods. Source: RFC 9110 §9.3.7. */
function sendOptions(response: ServerResponse, methods: readonly string[]): void {
  response.writeHead(204, { allow: methods.join(', '), 'content-length': 0 }).end();
}

/** Closes the connection of a caller that does not read its response, which stays in memory until then. */
function cutSlowReader(response: ServerResponse, timeoutMs: number): void {
  // By now, nearly every response has been handed over completely to the system.
  if (!response.socket?.writableLength) return;
  const timer = setTimeout(() => response.destroy(), timeoutMs);
  response.once('close', () => clearTimeout(timer));
}

/** Answers with plain text. */
export function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}
