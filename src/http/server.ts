import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import cors from 'cors';
import { answerClientErrors } from './client-error.ts';
import { toErrorBody } from './error-body.ts';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** What answers a path: a handler for each method. `HEAD` is answered as `GET`, without the body. */
export type Routes = Readonly<Record<string, Readonly<Partial<Record<'GET' | 'POST', Handler>>>>>;

export interface HttpOptions {
  readonly routes: Routes;
  /** The web origins whose pages may call; they need no credentials, because the token is a header of its own. */
  readonly corsOrigins: '*' | readonly string[];
  /** How many connections may be open; more are closed at once. */
  readonly maxConnections: number;
  /** How long the headers of a request may take to arrive, and the whole request. */
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  /** How long an answer may take to be received. */
  readonly answerTimeoutMs: number;
  /** Hears of handlers that throw: always a defect. */
  readonly onDefect: (error: unknown) => void;
}

/** An HTTP server that is ready, not yet listening. */
export function createHttpServer({ routes, corsOrigins, onDefect, ...options }: HttpOptions): Server {
  const allowOrigin = cors({
    origin: corsOrigins === '*' ? '*' : [...corsOrigins],
    methods: ['GET', 'POST'],
    exposedHeaders: ['X-Request-Id'],
    maxAge: 600,
  });
  const paths = new Map(Object.entries(routes));

  function route(request: IncomingMessage, response: ServerResponse): void | Promise<void> {
    if (request.headers.host === undefined && request.httpVersion === '1.1') {
      return sendError(response, 400, 'A request of HTTP/1.1 names its host.');
    }
    const path = request.url?.split('?', 1)[0] ?? '/';
    const handlers = paths.get(path);
    if (handlers === undefined) return sendError(response, 404, 'There is nothing at this path.');
    const handler = handlers[request.method === 'HEAD' ? 'GET' : (request.method as 'GET')];
    if (handler !== undefined) return handler(request, response);
    response.setHeader('allow', Object.keys(handlers).join(', '));
    sendError(response, 405, `${path} takes ${Object.keys(handlers).join(' and ')}.`);
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await route(request, response);
    } catch (error) {
      onDefect(error);
      if (response.headersSent) response.destroy();
      else sendError(response, 500, 'Internal server error.', 'INTERNAL_SERVER_ERROR');
    }
  }

  const { headersTimeoutMs, requestTimeoutMs, answerTimeoutMs, maxConnections } = options;
  const server = createServer(
    {
      headersTimeout: Math.min(headersTimeoutMs, requestTimeoutMs),
      requestTimeout: requestTimeoutMs,
      // Node would answer without a word; we say what is missing.
      requireHostHeader: false,
      // How often connections are looked at for being over time.
      connectionsCheckingInterval: Math.min(1_000, headersTimeoutMs),
    },
    (request, response) => {
      response.once('prefinish', () => cutSlowReader(response, answerTimeoutMs));
      // Only browsers send an origin.
      if (request.headers.origin === undefined) void answer(request, response);
      else allowOrigin(request, response, () => void answer(request, response));
    },
  );
  server.maxConnections = maxConnections;
  server.on('checkExpectation', (_request, response: ServerResponse) => {
    sendError(response, 417, 'The gateway meets no expectation but 100-continue.');
  });
  answerClientErrors(server);
  return server;
}

/** Closes the connection of a caller who does not take its answer, which is held in memory until then. */
function cutSlowReader(response: ServerResponse, timeoutMs: number): void {
  // Nearly every answer has been handed to the system as a whole by now.
  if (!response.socket?.writableLength) return;
  const timer = setTimeout(() => response.destroy(), timeoutMs);
  response.once('close', () => clearTimeout(timer));
}

/** Answers with an error in GraphQL's shape. */
function sendError(response: ServerResponse, status: number, message: string, code = 'BAD_REQUEST'): void {
  const body = toErrorBody(code, message);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

/** Answers with plain text. */
export function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}
