import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import cors from 'cors';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** What answers a path: a handler for each method. `HEAD` is answered as `GET`, without the body. */
export type Routes = Readonly<Record<string, Readonly<Partial<Record<'GET' | 'POST', Handler>>>>>;

export interface HttpOptions {
  readonly routes: Routes;
  /** The web origins whose pages may call; they need no credentials, because the token is a header of its own. */
  readonly corsOrigins: '*' | readonly string[];
  /** Hears of handlers that throw: always a defect. */
  readonly onDefect: (error: unknown) => void;
}

/** An HTTP server that is ready, not yet listening. */
export function createHttpServer({ routes, corsOrigins, onDefect }: HttpOptions): Server {
  const allowOrigin = cors({
    origin: corsOrigins === '*' ? '*' : [...corsOrigins],
    methods: ['GET', 'POST'],
    exposedHeaders: ['X-Request-Id'],
    maxAge: 600,
  });
  const paths = new Map(Object.entries(routes));

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url?.split('?', 1)[0] ?? '/';
    const handlers = paths.get(path);
    if (handlers === undefined) return sendText(response, 404, `There is nothing at this path.\n`);
    const handler = handlers[request.method === 'HEAD' ? 'GET' : (request.method as 'GET')];
    if (handler !== undefined) return handler(request, response);
    response.setHeader('allow', Object.keys(handlers).join(', '));
    sendText(response, 405, `${path} takes ${Object.keys(handlers).join(' and ')}.\n`);
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await route(request, response);
    } catch (error) {
      onDefect(error);
      if (response.headersSent) response.destroy();
      else sendText(response, 500, 'Internal server error.\n');
    }
  }

  return createServer((request, response) => {
    // Only browsers send an origin.
    if (request.headers.origin === undefined) void answer(request, response);
    else allowOrigin(request, response, () => void answer(request, response));
  });
}

/** Answers with plain text. */
export function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}
