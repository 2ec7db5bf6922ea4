import type { ServerResponse } from 'node:http';
import type { Graphql } from '../graphql/pipeline/create-graphql.ts';
import { createSubscriptionExecutor } from '../graphql/pipeline/execute-subscription.ts';
import type { StreamType } from '../http/stream-type.ts';
import type { Live } from '../live/create-live.ts';
import type { Settings } from '../settings/settings.ts';
import { createSocketAcceptor, type SocketAcceptor } from './accept-socket.ts';
import { createFollowViews } from './follow-views.ts';
import { Places } from './places.ts';
import { createServeSocket, type SocketParts } from './serve-socket.ts';
import { serveStream } from './serve-stream.ts';
import { type Payloads, type SubscriptionParts, Subscriptions } from './subscriptions.ts';
import { Turns } from './turns.ts';

export interface SubscriptionsOptions
  extends Pick<Graphql, 'schema' | 'answers' | 'createPacedContext'>,
    Pick<SocketParts, 'gate' | 'find' | 'isRouter' | 'startTrace' | 'onDefect'> {
  readonly settings: Settings;
  readonly live: Live;
  /** Is called with every subscription that began or was refused. */
  readonly onOperation: SubscriptionParts['onStart'];
  /** Is called with every subscription that ended. */
  readonly onSubscriptionEnd: SubscriptionParts['onEnd'];
}

/** Subscriptions on the gateway's transports. */
export interface SubscriptionService {
  readonly subscriptions: Subscriptions;
  readonly serveStream: (
    response: ServerResponse,
    payloads: Payloads,
    type: StreamType,
    requestId: string,
  ) => Promise<void>;
  readonly upgrade: SocketAcceptor['upgrade'];
  /** Ends all subscriptions, and refuses new ones: the gateway is shutting down. */
  end(): void;
}

export function createSubscriptions(options: SubscriptionsOptions): SubscriptionService {
  const { settings, live, answers, createPacedContext, onDefect } = options;
  const subscriptions = new Subscriptions({
    executor: createSubscriptionExecutor(options.schema),
    answers,
    places: new Places({ max: settings.subscriptionsMax, maxPerToken: settings.subscriptionsPerToken }),
    turns: new Turns(),
    metrics: live.metrics,
    maxAgeMs: settings.subscriptionMaxAgeMs,
    createContext: (sender, signal, sharedReads) =>
      createPacedContext(sender, signal, { sharedReads, pace: () => live.pace.take({ urgent: true }) }),
    createWatch: createFollowViews(live, options),
    onStart: options.onOperation,
    onEnd: options.onSubscriptionEnd,
  });
  const serveSocket = createServeSocket({
    ...options,
    subscriptions,
    writeRefusal: (error, requestId) => answers.writeRefusal(error, requestId, true).body,
    onRefused: options.onOperation,
    initTimeoutMs: settings.subscriptionInitTimeoutMs,
    pingIntervalMs: settings.subscriptionPingIntervalMs,
    maxPerConnection: settings.subscriptionsPerConnection,
  });
  const sockets = createSocketAcceptor({
    path: '/graphql',
    maxMessageBytes: settings.subscriptionMaxMessageBytes,
    origins: settings.corsOrigins,
    serve: serveSocket,
  });
  return {
    subscriptions,
    async serveStream(response, payloads, type, requestId) {
      const timing = {
        pingIntervalMs: settings.subscriptionPingIntervalMs,
        stallTimeoutMs: settings.answerTimeoutMs,
      };
      try {
        await serveStream(response, payloads, { type, requestId, ...timing });
      } catch (error) {
        onDefect(error, requestId);
        response.destroy();
      }
    },
    upgrade: sockets.upgrade,
    end() {
      subscriptions.end();
      sockets.close();
    },
  };
}
