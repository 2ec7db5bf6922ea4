import { Client, type Connector } from './undici.ts';

export interface ConnectionPoolOptions {
  /** Maximum number of connections, besides old ones that are being closed. */
  readonly connections: number;
  /** Age, in milliseconds, at which a connection is used no more, so that host names are resolved again. */
  readonly maxAgeMs: number;
  readonly connect: Connector;
}

/** A request that needs a connection. It must `release` it exactly once: when its response has ended or failed. */
export interface Requester {
  send(connection: PooledConnection): void;
}

/** What a requester uses of the pool. */
export type Connections = Pick<ConnectionPool, 'acquire' | 'release' | 'stopWaiting'>;

/** undici's client for one connection; it connects when it is used. */
export class PooledConnection extends Client {
  readonly createdAt = performance.now();
}

/**
 * Connections to one origin, each for one request at a time. The one used last is used first: undici's own `Pool`
 * searches all of its connections twice per request, which takes longer the more of them are in use.
 */
export class ConnectionPool {
  readonly #origin: string;
  readonly #options: ConnectionPoolOptions;
  readonly #all = new Set<PooledConnection>();
  readonly #free: PooledConnection[] = [];
  readonly #waiting = new Set<Requester>();
  #destroyed = false;

  /** Opens no connection yet. */
  constructor(origin: string, options: ConnectionPoolOptions) {
    this.#origin = origin;
    this.#options = options;
  }

  /** Calls `requester.send` with a free connection: now, or when there is one. */
  acquire(requester: Requester): void {
    const connection = this.#takeFree() ?? this.#open();
    if (connection === undefined) this.#waiting.add(requester);
    else requester.send(connection);
  }

  /** Ends the wait of a requester, if it waits. */
  stopWaiting(requester: Requester): void {
    this.#waiting.delete(requester);
  }

  /** Makes a connection free for other requests. May be called from undici's callbacks. */
  release(connection: PooledConnection): void {
    if (this.#waiting.size === 0) this.#free.push(connection);
    // undici fails all requests of a broken connection, and asserts afterwards that no other has been added.
    else queueMicrotask(() => this.#passOn(connection));
  }

  #passOn(connection: PooledConnection): void {
    this.#free.push(connection);
    for (const next of this.#waiting) {
      this.#waiting.delete(next);
      this.acquire(next);
      return;
    }
  }

  /** Aborts all requests and closes the connections. A later request fails with undici's `ClientDestroyedError`. */
  async destroy(): Promise<void> {
    this.#destroyed = true;
    await Promise.all([...this.#all].map((connection) => connection.destroy()));
  }

  #takeFree(): PooledConnection | undefined {
    for (let free = this.#free.pop(); free !== undefined; free = this.#free.pop()) {
      if (this.#destroyed || performance.now() - free.createdAt <= this.#options.maxAgeMs) return free;
      this.#all.delete(free);
      void free.close();
    }
    return undefined;
  }

  #open(): PooledConnection | undefined {
    if (this.#all.size === this.#options.connections) return undefined;
    const connection = new PooledConnection(this.#origin, {
      pipelining: 1,
      allowH2: false,
      // Each request has its own deadline.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: this.#options.connect,
    });
    this.#all.add(connection);
    if (this.#destroyed) void connection.destroy();
    return connection;
  }
}
