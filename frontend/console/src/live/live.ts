import type { ApolloLink } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { createClient } from 'graphql-ws';
import { createContext, use, useSyncExternalStore } from 'react';

/**
 * How the console is kept up to date: by subscriptions on one WebSocket or, where there is none or a subscription is
 * refused, by reading its lists again now and then.
 */
export type LiveStatus = 'connecting' | 'connected' | 'reconnecting' | 'polling';

/** The subscriptions of one caller. */
export interface Live {
  readonly link: ApolloLink;
  readonly status: LiveStatus;
  /** Counts renewed tokens: what was refused before may be subscribed to again. */
  readonly generation: number;
  /** Calls back whenever `status` or `generation` changes. @returns what stops it. */
  listen(onChange: () => void): () => void;
  /** Records whether a subscription is refused. */
  setRefused(subscription: object, isRefused: boolean): void;
  /** Connects again, with the token that is current by now. */
  renew(): void;
}

/** A connection that is missing for longer is not waited for: lists are polled meanwhile. */
const patienceMs = 8_000;
/** Time between two pings, and time to answer one. */
const pingMs = 20_000;
const pongMs = 5_000;
const maxRetryMs = 15_000;

/** One WebSocket for all subscriptions: browsers open only six HTTP connections to an origin, and each would take one. */
export function createLive(url: string, token: () => string): Live {
  const listeners = new Set<() => void>();
  const refused = new Set<object>();
  let socket: LiveStatus = 'connecting';
  let generation = 0;
  let patience: ReturnType<typeof setTimeout> | undefined;
  let pong: ReturnType<typeof setTimeout> | undefined;

  function toStatus(): LiveStatus {
    return refused.size > 0 ? 'polling' : socket;
  }
  function tell(): void {
    for (const listener of listeners) listener();
  }
  function setSocket(next: LiveStatus): void {
    socket = next;
    tell();
  }
  function wait(): void {
    patience ??= setTimeout(() => setSocket('polling'), patienceMs);
  }
  const client = createClient({
    url: url.replace(/^http/, 'ws'),
    connectionParams: () => ({ 'X-Auth-Token': token() }),
    keepAlive: pingMs,
    lazyCloseTimeout: 1_000,
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
    retryWait: (tries) => {
      const waitMs = Math.min(maxRetryMs, 500 * 2 ** Math.min(tries, 10));
      return new Promise((resolve) => setTimeout(resolve, waitMs * (0.5 + Math.random())));
    },
    on: {
      connecting: wait,
      connected() {
        clearTimeout(patience);
        patience = undefined;
        setSocket('connected');
      },
      closed() {
        clearTimeout(pong);
        if (socket === 'connected') setSocket('reconnecting');
        wait();
      },
      ping(received) {
        // A connection whose other end is gone looks alive.
        if (!received) pong = setTimeout(() => client.terminate(), pongMs);
      },
      pong: () => clearTimeout(pong),
    },
  });
  return {
    link: new GraphQLWsLink(client),
    get status() {
      return toStatus();
    },
    get generation() {
      return generation;
    },
    listen(onChange) {
      listeners.add(onChange);
      return () => listeners.delete(onChange);
    },
    setRefused(subscription, isRefused) {
      if (refused.has(subscription) === isRefused) return;
      if (isRefused) refused.add(subscription);
      else refused.delete(subscription);
      tell();
    },
    renew() {
      generation++;
      refused.clear();
      client.terminate();
      tell();
    },
  };
}

export const LiveContext = createContext<Live | null>(null);

/** Nothing changes where nobody is signed in. */
const never = () => () => {};

export function useLiveStatus(): LiveStatus {
  const live = use(LiveContext);
  return useSyncExternalStore(live?.listen ?? never, () => live?.status ?? 'connecting');
}
