import { type ListenTarget, listen } from './listen.ts';
import { createHttpServer, type HttpOptions } from './server.ts';

/** Maximum number of connections for health checks and metrics. */
const maxConnections = 256;

/** The settings that choose where health checks and metrics are served. */
interface AdminSettings {
  readonly host: string;
  readonly adminHost: string | null;
  readonly adminPort: number | null;
}

/** A server that serves only health checks and metrics. */
export interface AdminServer {
  /** Starts listening. @returns the base URL. @throws ListenError. */
  listen(): Promise<string>;
  /** Closes all connections immediately: health checks and scrapes need no grace period. */
  close(): Promise<void>;
}

/** The listener for health checks and metrics; null if they share that of GraphQL. */
export function toAdminTarget({ host, adminHost, adminPort }: AdminSettings): ListenTarget | null {
  if (adminHost === null && adminPort === null) return null;
  const settings = { host: 'ADMIN_HOST', port: 'ADMIN_PORT' };
  return { host: adminHost ?? host, port: adminPort ?? 0, settings };
}

/** Creates the server for health checks and metrics, which does not listen yet. */
export function createAdminServer(target: ListenTarget, options: Omit<HttpOptions, 'connections'>): AdminServer {
  const { server } = createHttpServer({ ...options, connections: { max: maxConnections, maxPerAddress: 0 } });
  return {
    listen: () => listen(server, target),
    async close() {
      if (!server.listening) return;
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
