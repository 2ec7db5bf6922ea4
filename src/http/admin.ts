import { type ListenTarget, listen } from './listen.ts';
import { createHttpServer, type HttpOptions } from './server.ts';

/** How many connections there may be to ask for health and metrics. */
const maxConnections = 256;

/** The settings that say where health and metrics are served. */
interface AdminSettings {
  readonly host: string;
  readonly adminHost: string | null;
  readonly adminPort: number | null;
}

/** A server for health and metrics alone. */
export interface AdminServer {
  /** Starts listening. @returns the base URL. @throws ListenError. */
  listen(): Promise<string>;
  /** Cuts everyone off: they only ask how the gateway is. */
  close(): Promise<void>;
}

/** Where health and metrics have a listener of their own; null where they are served beside the graph. */
export function toAdminTarget({ host, adminHost, adminPort }: AdminSettings): ListenTarget | null {
  if (adminHost === null && adminPort === null) return null;
  const settings = { host: 'ADMIN_HOST', port: 'ADMIN_PORT' };
  return { host: adminHost ?? host, port: adminPort ?? 0, settings };
}

/** Makes the server for health and metrics, not yet listening. */
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
