import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { toErrorBody } from '../errors.ts';
import { STATUS_CODES } from './node-http.ts';
import { noStore, type OnRefused } from './refusal.ts';

const statuses: Readonly<Record<string, readonly [number, string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request did not arrive in time.'],
  HPE_HEADER_OVERFLOW: [431, 'The request headers are too large.'],
};

/**
 * Answers, in GraphQL's shape, input that Node does not treat as a request because it is not HTTP, too slow, too large,
 * or a CONNECT. Closes the connection, because the start of the next request on it is unknown.
 */
export function answerClientErrors(server: Server, onRefused: OnRefused): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return socket.destroy();
    const [status, message] = statuses[error.code ?? ''] ?? [400, 'The request is not valid HTTP.'];
    onRefused({ status, code: 'BAD_REQUEST', reason: message });
    // A response may be in progress, and the client would read this one as part of it.
    if (socket.bytesWritten > 0) return socket.destroy();
    return sendAndClose(socket, status, message);
  });
  server.on('connect', ({ method }: IncomingMessage, socket: Duplex) => {
    const message = 'CONNECT is not supported: the gateway is not a proxy.';
    onRefused({ status: 405, method, code: 'BAD_REQUEST', reason: message });
    socket.on('error', () => {});
    sendAndClose(socket, 405, message, ['Allow: GET, HEAD, POST, OPTIONS']);
  });
}

/** Writes a response to a raw socket that Node's HTTP server has given up. */
function sendAndClose(socket: Duplex, status: number, message: string, headers: readonly string[] = []): void {
  const body = toErrorBody([{ message, extensions: { code: 'BAD_REQUEST' } }], undefined);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    'Content-Type: application/json; charset=utf-8',
    `Cache-Control: ${noStore}`,
    ...headers,
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
