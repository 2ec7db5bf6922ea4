import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';

/** A server that listens on a free port of loopback until it is disposed of. */
export interface Listening extends AsyncDisposable {
  readonly url: string;
  /** The open connections. */
  readonly sockets: ReadonlySet<Socket>;
}

/** Starts a server of any kind; disposal closes every connection. */
export async function listen(server: Server): Promise<Listening> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sockets,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An address that refuses connections: nothing listens on port 1. */
export const refusingUrl = 'http://127.0.0.1:1';
