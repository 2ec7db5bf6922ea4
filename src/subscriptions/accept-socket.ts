import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { STATUS_CODES } from '../http/node-http.ts';
import type { Upgrade } from '../http/server.ts';

export interface AcceptOptions {
  /** Which WebSockets are accepted. */
  readonly path: string;
  readonly maxMessageBytes: number;
  /** The web origins whose pages may open one. */
  readonly origins: '*' | readonly string[];
  readonly serve: (socket: WebSocket, request: IncomingMessage) => void;
}

/** Accepts WebSockets, and closes them all when the gateway shuts down. */
export interface SocketAcceptor {
  readonly upgrade: Upgrade;
  /** Closes all WebSockets, with a code that tells clients to reconnect. */
  close(): void;
}

/** Timeout for a client to close its side of the connection. */
const closeTimeoutMs = 1_000;

export function createSocketAcceptor({ path, maxMessageBytes, origins, serve }: AcceptOptions): SocketAcceptor {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
    perMessageDeflate: false,
    // graphql-ws must have begun a subscription before it learns that the client completes it, or uses its id again.
    allowSynchronousEvents: false,
    // Without a protocol, the connection is opened and closed again with a code that says why.
    handleProtocols: (protocols) => protocols.has(GRAPHQL_TRANSPORT_WS_PROTOCOL) && GRAPHQL_TRANSPORT_WS_PROTOCOL,
  });
  return {
    upgrade(request, socket, head, target) {
      const { origin } = request.headers;
      if (target !== path) return refuse(socket, 404);
      if (origin !== undefined && origins !== '*' && !origins.includes(origin)) return refuse(socket, 403);
      server.handleUpgrade(request, socket, head, (webSocket) => serve(webSocket, request));
    },
    close() {
      for (const socket of server.clients) {
        socket.close(1001, 'Going away');
        setTimeout(() => socket.terminate(), closeTimeoutMs).unref();
      }
    },
  };
}

/** Refuses a WebSocket. There is no body, because browsers do not show one. */
function refuse(socket: Duplex, status: number): void {
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
