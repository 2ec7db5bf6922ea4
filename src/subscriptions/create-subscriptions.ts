import type { ServerResponse } from 'node:http';
import type { GraphQLSchema } from 'graphql';
import { GatewayError } from '../errors.ts';
import type { GatewayContext } from '../graphql/context.ts';
import { createSubscriptionExecutor } from '../graphql/pipeline/execute-subscription.ts';
import type { Sender } from '../http/graphql.ts';
import { newRequestId } from '../http/request-id.ts';
import type { StreamType } from '../http/stream-type.ts';
import type { Live } from '../live/create-live.ts';
import type { Watch } from '../live/view.ts';
import type { Settings } from '../settings/settings.ts';
import type { ReadSharing } from '../upstream/shared-reads.ts';
import { createSocketAcceptor, type SocketAcceptor } from './accept-socket.ts';
import { Places } from './places.ts';
import { createServeSocket, type SocketParts } from './serve-socket.ts';
import { serveStream } from './serve-stream.ts';
import { type Payloads, type SubscriptionParts, Subscriptions } from './subscriptions.ts';
import { Turns } from './turns.ts';

export interface SubscriptionsOptions
  extends Pick<SubscriptionParts, 'answers' | 'onEnd'>,
    Pick<SocketParts, 'gate' | 'find' | 'isRouter' | 'startTrace' | 'onDefect'> {
  readonly settings: Settings;
  readonly schema: GraphQLSchema;
  readonly live: Live;
  /** Makes what resolvers work with; with `paced`, calls are spaced out, and shared by `reads`. */
  readonly contextFor: (
    sender: Sender,
    signal: AbortSignal,
    trace: undefined,
    paced: { readonly reads: ReadSharing | null; readonly pace: () => Promise<void> },
  ) => GatewayContext;
  /** Is called with every subscription that began or was refused. */
  readonly observe: SubscriptionParts['onStart'];
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
  readonly sockets: SocketAcceptor;
}

export function createSubscriptions(options: SubscriptionsOptions): SubscriptionService {
  const { settings, live, answers, contextFor, onDefect } = options;
  const { pace, watchers, metrics } = live;
  const take = (): Promise<void> => pace.take({ urgent: true });

  /** Reads a view with a token. The watcher has waited for the turn of the first call. */
  async function readView<T>(token: string, read: (context: GatewayContext) => Promise<T>): Promise<T> {
    let isPaid = true;
    const sender: Sender = { ...nobody, requestId: newRequestId(), token };
    const context = contextFor(sender, new AbortController().signal, undefined, {
      reads: null,
      pace: async () => {
        if (!isPaid) await take();
        isPaid = false;
      },
    });
    try {
      const state = await Promise.race([read(context), context.budget.whenExceeded]);
      if (state instanceof GatewayError) throw state;
      return state;
    } finally {
      context.budget.close();
    }
  }

  function createWatch(token: string, signal: AbortSignal): Watch<GatewayContext> {
    return (view) =>
      watchers.changes(
        token,
        view.key,
        {
          read: (previous) => readView(token, (context) => view.read(context, previous)),
          isSame: (one, other) => view.isSame(one, other),
          concerns: (hint, state) => view.concerns(hint, state),
        },
        signal,
      );
  }

  const subscriptions = new Subscriptions({
    executor: createSubscriptionExecutor(options.schema),
    answers,
    places: new Places({ max: settings.subscriptionsMax, maxPerToken: settings.subscriptionsPerToken }),
    turns: new Turns(),
    metrics,
    maxAgeMs: settings.subscriptionMaxAgeMs,
    createContext: (sender, signal, reads) => contextFor(sender, signal, undefined, { reads, pace: take }),
    createWatch,
    onStart: options.observe,
    onEnd: options.onEnd,
  });
  const serveSocket = createServeSocket({
    ...options,
    subscriptions,
    writeRefusal: (error, requestId) => answers.writeRefusal(error, requestId, true).body,
    onRefused: options.observe,
    initTimeoutMs: settings.subscriptionInitTimeoutMs,
    pingIntervalMs: settings.subscriptionPingIntervalMs,
    maxPerConnection: settings.subscriptionsPerConnection,
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
    sockets: createSocketAcceptor({
      path: '/graphql',
      maxMessageBytes: settings.subscriptionMaxMessageBytes,
      origins: settings.corsOrigins,
      serve: serveSocket,
    }),
  };
}

/** A watcher reads on behalf of nobody in particular. */
const nobody = { isRouter: false, mediaType: 'application/json; charset=utf-8', client: undefined } as const;
