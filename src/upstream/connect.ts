import { Breaker } from './breaker.ts';
import type { Service } from './call.ts';
import { ConnectionPool } from './connection-pool.ts';
import { FairQueue } from './fair-queue.ts';
import { RetryBudget } from './retry-budget.ts';
import type { CertifiedConnector } from './tls.ts';
import { Transport, type TransportOptions } from './transport.ts';

/** How to reach an API, and how to treat one that is slow or down. Names and units are those of the settings. */
export interface ConnectSettings {
  readonly upstreamConnections: number;
  readonly upstreamConnectionsPerToken: number;
  readonly upstreamConnectionAgeMs: number;
  readonly upstreamQueue: number;
  readonly upstreamDeadlineMs: number;
  readonly upstreamMaxBodyBytes: number;
  readonly upstreamRetries: number;
  readonly upstreamRetryPercent: number;
  readonly upstreamBreakerFailures: number;
  readonly upstreamBreakerPauseMs: number;
}

/** Callbacks for events on a connection. */
export interface ConnectObserver extends Pick<TransportOptions, 'observe' | 'onRefused' | 'onDropped'> {
  /** The breaker opened or closed. */
  readonly onBreaker: (open: boolean) => void;
}

/** A connection pool to an API, with its queue and breaker. */
export interface Connection {
  readonly transport: Transport;
  readonly pool: ConnectionPool;
  readonly queue: Pick<FairQueue, 'inside' | 'waiting'>;
  readonly breaker: Pick<Breaker, 'open'>;
  /** Aborts all calls and closes the connections. */
  close(): Promise<void>;
}

/**
 * Creates a connection pool to an API, with its own queue and breaker. Opens no connection yet.
 *
 * @param url the base URL, without a trailing slash.
 * @param connector opens the connections.
 */
export function connect(
  service: Service,
  url: URL,
  settings: ConnectSettings,
  connector: CertifiedConnector,
  observer: ConnectObserver,
): Connection {
  const pool = new ConnectionPool(url.origin, {
    // One more than calls may use, so that a probe never waits for slow calls.
    connections: settings.upstreamConnections + 1,
    maxAgeMs: settings.upstreamConnectionAgeMs,
    connect: connector.connect,
  });
  const limits = createLimits(settings);
  const breaker = new Breaker({
    failures: settings.upstreamBreakerFailures,
    pauseMs: settings.upstreamBreakerPauseMs,
    now: () => performance.now(),
    onChange: observer.onBreaker,
  });
  const transport = new Transport({
    service,
    pool,
    origin: url.origin,
    basePath: url.pathname,
    ...limits,
    breaker,
    onRefused: observer.onRefused,
    onDropped: observer.onDropped,
    observe: observer.observe,
  });
  return { transport, pool, queue: limits.queue, breaker, close: () => pool.destroy() };
}

/** Creates the limits of a transport: its deadline, body size, retries and queue. */
export function createLimits(settings: Omit<ConnectSettings, 'upstreamConnectionAgeMs'>) {
  return {
    deadlineMs: settings.upstreamDeadlineMs,
    maxBodyBytes: settings.upstreamMaxBodyBytes,
    retries: settings.upstreamRetries,
    retryBudget: new RetryBudget(settings.upstreamRetryPercent),
    queue: new FairQueue({
      places: settings.upstreamConnections,
      placesPerKey: settings.upstreamConnectionsPerToken,
      maxWaiting: settings.upstreamQueue,
    }),
  };
}
