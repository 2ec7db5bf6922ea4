import { createAdminServer, toAdminTarget } from './admin.ts';
import type { Connections } from './connections.ts';
import { createDrain } from './drain.ts';
import type { Readiness } from './health.ts';
import { listen, withdraw } from './listen.ts';
import type { MetricsRegistry } from './registry.ts';
import { createOperatorRoutes } from './routes.ts';
import { createHttpServer, type HttpOptions } from './server.ts';

/** Where to listen, and how long to drain; by the names and in the units of the settings. */
export interface ServersSettings {
  readonly host: string;
  readonly port: number;
  readonly adminHost: string | null;
  readonly adminPort: number | null;
  readonly shutdownGraceMs: number;
  readonly drainDelayMs: number;
}

/** The listeners of a gateway: one for callers and, where the settings ask for it, one for health and metrics alone. */
export interface Servers {
  /** The connections of callers. */
  readonly connections: Connections;
  /** Where health and metrics are, once they listen; null where they are served beside the graph. */
  readonly adminUrl: string | null;
  /** Starts listening. @returns the base URL for callers. @throws ListenError. */
  listen(): Promise<string>;
  /**
   * Answers what is in flight, and refuses the rest.
   *
   * @param endStreams is called when new connections are refused: ends the answers that would not end by themselves.
   * @returns whether everything was answered.
   */
  drain(endStreams: () => void): Promise<boolean>;
  /** Ends the listener for health and metrics too: last of all, so that they can be asked to the end. */
  close(): Promise<void>;
}

/** Makes the listeners; `whyNotReady` tells why the gateway cannot serve, apart from draining. */
export function createServers(
  settings: ServersSettings,
  { routes, upgrade, ...options }: HttpOptions,
  whyNotReady: Readiness,
  registry: MetricsRegistry,
): Servers {
  const operatorRoutes = createOperatorRoutes(async () => (drain.draining ? 'draining' : whyNotReady()), registry);
  const target = toAdminTarget(settings);
  const admin = target && createAdminServer(target, { ...options, routes: operatorRoutes });
  const callerRoutes = admin === null ? { ...routes, ...operatorRoutes } : routes;
  const { server, connections } = createHttpServer({ ...options, routes: callerRoutes, upgrade });
  const drain = createDrain(server);
  let adminUrl: string | null = null;
  return {
    connections,
    get adminUrl() {
      return adminUrl;
    },
    async listen() {
      adminUrl = admin && (await admin.listen());
      const { host, port } = settings;
      return listen(server, { host, port, settings: { host: 'HOST', port: 'PORT' } });
    },
    drain: (endStreams) =>
      drain.close(settings.shutdownGraceMs, settings.drainDelayMs, async () => {
        await withdraw(settings);
        endStreams();
      }),
    close: async () => admin?.close(),
  };
}
