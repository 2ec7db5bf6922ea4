import { Pool } from 'undici';
import { Breaker } from './breaker.ts';
import type { Service } from './call.ts';
import { FairQueue } from './fair-queue.ts';
import { RetryBudget } from './retry-budget.ts';
import { Transport, type TransportOptions } from './transport.ts';

/** How to reach an API, and what to do about one that is slow or down; by the names and in the units of the settings. */
export interface ConnectSettings {
  /** Certificates in PEM; null for those that Node trusts. */
  readonly upstreamCa: string | null;
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

/** Is called with what happens on a connection. */
export interface ConnectObserver extends Pick<TransportOptions, 'observe' | 'onRefused' | 'onDropped'> {
  /** The breaker opened, or closed. */
  readonly onBreaker: (open: boolean) => void;
}

/** A way to an API. */
export interface Connection {
  readonly transport: Transport;
  readonly dispatcher: Pool;
  readonly queue: Pick<FairQueue, 'inside' | 'waiting'>;
  readonly breaker: Pick<Breaker, 'open'>;
  /** Ends all calls, and closes the connections. */
  close(): Promise<void>;
}

/**
 * Makes a way to an API with connections, a queue and a breaker of its own. No connection is opened yet.
 *
 * @param url the base URL, without a slash at its end.
 */
export function connect(service: Service, url: URL, settings: ConnectSettings, observer: ConnectObserver): Connection {
  const dispatcher = new Pool(url.origin, {
    // One more than calls may use: so that a probe need not wait for slow calls.
    connections: settings.upstreamConnections + 1,
    pipelining: 1,
    allowH2: false,
    // Names are looked up when a connection is made, so that a connection that never ends would never notice a move.
    clientTtl: settings.upstreamConnectionAgeMs,
    ...(settings.upstreamCa !== null && { connect: { ca: settings.upstreamCa } }),
  });
  const queue = new FairQueue({
    places: settings.upstreamConnections,
    placesPerKey: settings.upstreamConnectionsPerToken,
    maxWaiting: settings.upstreamQueue,
  });
  const breaker = new Breaker({
    failures: settings.upstreamBreakerFailures,
    pauseMs: settings.upstreamBreakerPauseMs,
    now: () => performance.now(),
    onChange: observer.onBreaker,
  });
  const transport = new Transport({
    service,
    dispatcher,
    basePath: url.pathname,
    deadlineMs: settings.upstreamDeadlineMs,
    maxBodyBytes: settings.upstreamMaxBodyBytes,
    retries: settings.upstreamRetries,
    queue,
    breaker,
    retryBudget: new RetryBudget(settings.upstreamRetryPercent),
    onRefused: observer.onRefused,
    onDropped: observer.onDropped,
    observe: observer.observe,
  });
  return { transport, dispatcher, queue, breaker, close: () => dispatcher.destroy() };
}
