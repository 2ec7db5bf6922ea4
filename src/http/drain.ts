import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { LeakFreeMap } from '../collections/leak-free-map.ts';

/** Graceful shutdown of a server. */
export interface Drain {
  /** Whether the server is shutting down. */
  readonly draining: boolean;
  /**
   * Starts draining. After the delay, refuses new connections and waits for requests in flight; connections without a
   * request are closed after two seconds. After the grace period, closes all remaining connections.
   *
   * @param beforeRefusing is called after the delay: keeps new callers away before their connections are refused, and ends
   *   what would not end by itself.
   * @returns whether all requests were answered.
   */
  close(graceMs: number, delayMs?: number, beforeRefusing?: () => Promise<void>): Promise<boolean>;
}

/** How long a connection without a request stays open, in milliseconds, in case one is on its way. */
const idleMs = 2_000;

/** Interval for closing connections that have become idle since, in milliseconds. */
const checkMs = 200;

/** Watches the requests of a server. Must be called before it listens. */
export function createDrain(server: Server): Drain {
  const sockets = new LeakFreeMap<Socket, true>();
  const inFlight = new LeakFreeMap<ServerResponse, Socket>();
  let draining = false;

  server.on('connection', (socket: Socket) => {
    sockets.set(socket, true);
    socket.once('close', () => sockets.delete(socket));
  });
  server.prependListener('request', (request, response) => {
    if (draining) response.setHeader('connection', 'close');
    inFlight.set(response, request.socket);
    response.on('close', left);
  });
  function left(this: ServerResponse): void {
    inFlight.delete(this);
  }

  function closeIdle(): void {
    const busy = new Set<Socket>();
    for (const [, socket] of inFlight.entries()) busy.add(socket);
    for (const [socket] of sockets.entries()) if (!busy.has(socket)) socket.destroySoon();
  }

  return {
    get draining() {
      return draining;
    },
    async close(graceMs, delayMs = 0, beforeRefusing) {
      draining = true;
      if (delayMs > 0) await sleep(delayMs);
      await beforeRefusing?.();
      for (const [response] of inFlight.entries()) if (!response.headersSent) response.setHeader('connection', 'close');
      let cut = false;
      const graceTimer = setTimeout(() => {
        cut = inFlight.size > 0;
        server.closeAllConnections();
      }, graceMs);
      let checkTimer = setTimeout(function check() {
        closeIdle();
        checkTimer = setTimeout(check, checkMs);
      }, idleMs);
      await new Promise((resolve) => server.close(resolve));
      clearTimeout(graceTimer);
      clearTimeout(checkTimer);
      return !cut;
    },
  };
}
