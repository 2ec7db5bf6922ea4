import type { ServerResponse } from 'node:http';
import { GatewayError } from '../errors.ts';
import type { Graphql } from '../graphql/pipeline/create-graphql.ts';
import { createSubscriptionExecutor } from '../graphql/pipeline/execute-subscription.ts';
import type { Upgrade } from '../http/server.ts';
import type { StreamType } from '../http/stream-type.ts';
import { createLive, type Live, type LiveOptions } from '../live/create-live.ts';
import { createFollowViews } from './follow-views.ts';
import { Places } from './places.ts';
import { serveStream } from './serve-stream.ts';
import { createSockets, type SocketsOptions } from './sockets.ts';
import { type Payloads, type SubscriptionParts, Subscriptions } from './subscriptions.ts';
import { Turns } from './turns.ts';

export interface SubscriptionsOptions
  extends LiveOptions,
    Omit<SocketsOptions, 'subscriptions' | 'settings'>,
    Pick<Graphql, 'createPacedContext'> {
  /** Is called with every subscription that ended. */
  readonly onSubscriptionEnd: SubscriptionParts['onEnd'];
}

/** Subscriptions, on all transports. */
export interface SubscriptionService {
  /** Opens a subscription. @throws GatewayError if it is refused before anything is read. */
  readonly open: Subscriptions['open'];
  /** Sends the payloads of a subscription as the body of a response, until one of them ends. Never throws. */
  serveStream(response: ServerResponse, payloads: Payloads, type: StreamType, requestId: string): Promise<void>;
  /** Opens a WebSocket. */
  readonly upgrade: Upgrade;
  /** Ends all subscriptions, and refuses new ones: the gateway is shutting down. */
  end(): void;
  /** Connects to the message broker with these settings, if they differ; ignores all other settings. */
  readonly reload: Live['reload'];
  /** Disconnects from the message broker. */
  close(): Promise<void>;
}

/** Creates the subscription service, and starts listening to notifications if a source is configured. */
export async function createSubscriptions(options: SubscriptionsOptions): Promise<SubscriptionService> {
  const { settings, answers, createPacedContext, onDefect } = options;
  const live = await createLive(options);
  const subscriptions = new Subscriptions({
    executor: createSubscriptionExecutor(options.schema),
    answers,
    places: new Places({ max: settings.subscriptionsMax, maxPerToken: settings.subscriptionsPerToken }),
    turns: new Turns(),
    metrics: live.metrics,
    maxAgeMs: settings.subscriptionMaxAgeMs,
    createContext(sender, signal, sharedReads) {
      const tokenId = sender.token instanceof GatewayError ? '' : sender.token.id;
      return createPacedContext(sender, signal, { sharedReads, pace: () => live.pace.take({ tokenId, urgent: true }) });
    },
    createWatch: createFollowViews(live, options),
    onStart: options.onOperation,
    onEnd: options.onSubscriptionEnd,
  });
  const sockets = createSockets({ ...options, subscriptions });
  return {
    open: (subscriber) => subscriptions.open(subscriber),
    async serveStream(response, payloads, type, requestId) {
      const { subscriptionPingIntervalMs: pingIntervalMs, answerTimeoutMs: stallTimeoutMs } = settings;
      try {
        await serveStream(response, payloads, { type, requestId, pingIntervalMs, stallTimeoutMs });
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
    reload: (changed) => live.reload(changed),
    close: () => live.close(),
  };
}
