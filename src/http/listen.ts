import { once } from 'node:events';
import { chmodSync, lstatSync, rmSync } from 'node:fs';
import { connect, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Where a server listens. */
export interface ListenTarget {
  /** A host name, an address, or the absolute path of a Unix socket, which has no port. */
  readonly host: string;
  readonly port: number;
  /** The names of the settings that hold host and port, for messages. */
  readonly settings: { readonly host: string; readonly port: string };
}

/** Thrown if a server cannot listen at its host and port. Its message is one line that names the settings. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/**
 * Maximum number of connections that wait to be accepted. The system caps it at `net.core.somaxconn`, 4096 on Linux. With
 * Node's default of 511, Linux drops the rest of a crowd that reconnects at the same moment, and resets some of it.
 */
const backlog = 65_535;

/** The file mode of a socket: its user and group may connect. */
const socketMode = 0o660;

/**
 * Starts listening. Replaces a Unix socket at which no program listens any more.
 *
 * @returns the base URL; for a socket `http://unix:PATH:`, as in nginx.
 * @throws ListenError.
 */
export async function listen(server: Server, target: ListenTarget): Promise<string> {
  const { host, port } = target;
  try {
    if (!host.startsWith('/')) return await start(server, { host, port });
    await start(server, { path: host }).catch(async (error: unknown) => {
      if (!isInUse(error) || !lstatSync(host).isSocket() || (await isAlive(host))) throw error;
      rmSync(host);
      return start(server, { path: host });
    });
    chmodSync(host, socketMode);
    return `http://unix:${host}:`;
  } catch (error) {
    throw new ListenError(describe(error, target), { cause: error });
  }
}

/** How long connections that are waiting on a removed socket are still accepted, in milliseconds. */
const acceptMs = 100;

/**
 * Removes a Unix socket, then accepts the connections that are already waiting on it. A proxy that connects later fails
 * before it sends a request, so it can safely try another process. Does nothing for a host name or an address.
 */
export async function withdraw({ host }: Pick<ListenTarget, 'host'>): Promise<void> {
  if (!host.startsWith('/')) return;
  rmSync(host, { force: true });
  await sleep(acceptMs);
}

async function start(server: Server, options: { path: string } | { host: string; port: number }): Promise<string> {
  server.listen({ ...options, backlog });
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') return '';
  return `http://${bound.family === 'IPv6' ? `[${bound.address}]` : bound.address}:${bound.port}`;
}

function isInUse(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
}

/** Whether a program listens on a socket. */
async function isAlive(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ECONNREFUSED';
  } finally {
    socket.destroy();
  }
}

function describe(error: unknown, { host, port, settings }: ListenTarget): string {
  const isSocket = host.startsWith('/');
  const names = isSocket ? settings.host : `${settings.host} and ${settings.port}`;
  const place = isSocket ? host : `${host}:${port}`;
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return `${names}: ${place} is in use by another program.`;
  // Node reports a missing folder with this code too.
  if (code === 'EACCES')
    return `${names}: ${isSocket ? 'the folder does not exist, or ' : ''}this user may not listen at ${place}.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `${settings.host}: this machine has no address ${host}.`;
  return `${names}: the gateway cannot listen at ${place}: ${error instanceof Error ? error.message : String(error)}`;
}
