import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import { answer, type Surroundings, tooLong } from './answer.ts';
import { readBody } from './body.ts';
import { identityBase } from './keystone.ts';
import type { Reply } from './reply.ts';
import { createDemoWorld } from './seed.ts';
import type { World } from './world.ts';

/** A request on arrival, before its body is read and before any check. */
export interface ReceivedRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
}

/** How to start the embedded Images API; the defaults are those of Glance, on a free port of loopback. */
export interface SimulatorOptions {
  readonly host?: string;
  /** 0, the default, picks a free port. */
  readonly port?: number;
  /** Defaults to a fresh demo world. */
  readonly world?: World;
  /** Maximum number of members of one image; default 128. */
  readonly memberQuota?: number;
  /** Default number of images on a page; default 25. */
  readonly pageDefault?: number;
  /** Maximum number of images on a page; default 1000. */
  readonly pageMax?: number;
  /** Is called for every request on arrival. */
  readonly onRequest?: (request: ReceivedRequest) => void;
}

/** A running embedded Images API. */
export interface Simulator extends AsyncDisposable {
  /** The base URL, without a trailing slash. */
  readonly url: string;
  /** The base URL of its Identity API, for `IDENTITY_API_URL`. */
  readonly identityUrl: string;
  readonly world: World;
  /** Stops listening, gives requests in flight a moment to finish, then closes every connection. */
  close(): Promise<void>;
}

const longestHeaderLine = 16_383;
const maxHeaderBytes = 120_000;
const closeGraceMs = 500;

function hasLongHeaderLine({ rawHeaders }: IncomingMessage): boolean {
  return rawHeaders.some((name, at) => {
    const value = at % 2 === 0 ? rawHeaders[at + 1] : undefined;
    return value !== undefined && name.length + value.length + ': \r\n'.length > longestHeaderLine;
  });
}

function send(response: ServerResponse, reply: Reply): void {
  // Glance sends no Connection header on connections that it keeps open.
  if (response.shouldKeepAlive) response.removeHeader('Connection');
  const closes = reply.headers.some(([name]) => name === 'Connection');
  if (closes) response.shouldKeepAlive = false;
  response.sendDate = !reply.isDateless;
  const length = ['Content-Length', String(Buffer.byteLength(reply.body))] as const;
  const headers = [length, ...reply.headers].flat();
  if (reply.reason === undefined) response.writeHead(reply.status, headers);
  else response.writeHead(reply.status, reply.reason, headers);
  response.end(reply.body);
}

async function handle(request: IncomingMessage, response: ServerResponse, surroundings: Surroundings): Promise<void> {
  const { method = '', url: target = '', headers } = request;
  const path = target.split('?', 1)[0] ?? '';
  const body = await readBody(request, method === 'PUT' && path.endsWith('/file'));
  if (hasLongHeaderLine(request)) {
    send(response, { ...tooLong, status: 400, reason: 'Header Line Too Long' });
    return;
  }
  send(response, answer({ method, target, headers, body }, surroundings));
}

async function listen(server: Server, host: string, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error(`listening on ${bound}, not on a port`);
  const { address, family, port: actual } = bound;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${actual}`;
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), closeGraceMs);
  await closed;
  clearTimeout(timer);
}

/**
 * Starts the embedded Images API: the member, image and schema calls of Images API v2 over HTTP, answered from memory
 * as by Glance 25.1; and, below `/identity`, Keystone's lookups of tokens and projects. Rejects if it cannot listen.
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { host = '127.0.0.1', port = 0, memberQuota = 128, pageDefault = 25, pageMax = 1000 } = options;
  const world = options.world ?? createDemoWorld();
  const limits = { memberQuota, pageDefault, pageMax };
  let url = '';
  const server = createServer({ maxHeaderSize: maxHeaderBytes, requireHostHeader: false }, (request, response) => {
    const { method = '', url: target = '', headers } = request;
    options.onRequest?.({ method, target, headers });
    // A client that disconnects while sending its body needs no response.
    handle(request, response, { world, limits, url }).catch(() => response.destroy());
  });
  server.on('clientError', (_error, socket: Socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-length: 0\r\n\r\n');
  });
  url = await listen(server, host, port);
  return {
    url,
    identityUrl: `${url}${identityBase}`,
    world,
    close: () => close(server),
    [Symbol.asyncDispose]: () => close(server),
  };
}
