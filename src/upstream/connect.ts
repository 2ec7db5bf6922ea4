import { Pool } from 'undici';
import { Breaker, type BreakerOptions } from './breaker.ts';
import { FairQueue } from './fair-queue.ts';
import { RetryBudget } from './retry-budget.ts';
import { Transport, type TransportOptions } from './transport.ts';

/** How to reach an API, and what to do about one that is slow or down. Times are in milliseconds. */
export interface ConnectOptions
  extends Omit<TransportOptions, 'dispatcher' | 'origin' | 'basePath' | 'queue' | 'breaker' | 'retryBudget'> {
  /** The base URL, without a slash at its end. */
  readonly url: URL;
  /** Certificates in PEM; null for those that Node trusts. */
  readonly ca: string | null;
  readonly connections: number;
  readonly connectionsPerToken: number;
  /** How long a connection is used. */
  readonly connectionAgeMs: number;
  /** How many calls may wait for a connection. */
  readonly maxWaiting: number;
  readonly retryPercent: number;
  readonly breaker: Omit<BreakerOptions, 'now'>;
}

/** A way to an API. */
export interface Connection {
  readonly transport: Transport;
  /** Ends all calls, and closes the connections. */
  close(): Promise<void>;
}

/** Makes a way to an API with connections, a queue and a breaker of its own. No connection is opened yet. */
export function connect({ url, ca, ...options }: ConnectOptions): Connection {
  const dispatcher = new Pool(url.origin, {
    connections: options.connections,
    pipelining: 1,
    allowH2: false,
    // Names are looked up when a connection is made, so that a connection that never ends would never notice a move.
    clientTtl: options.connectionAgeMs,
    ...(ca !== null && { connect: { ca } }),
  });
  const transport = new Transport({
    ...options,
    dispatcher,
    origin: url.origin,
    basePath: url.pathname,
    queue: new FairQueue({
      places: options.connections,
      placesPerKey: options.connectionsPerToken,
      maxWaiting: options.maxWaiting,
    }),
    breaker: new Breaker({ ...options.breaker, now: () => performance.now() }),
    retryBudget: new RetryBudget(options.retryPercent),
  });
  return { transport, close: () => dispatcher.destroy() };
}
