import type { Logger } from 'pino';
import type { OpenMetricsContentType, Registry } from 'prom-client';
import type { Settings } from '../settings/settings.ts';
import type { Broker } from './broker.ts';
import { CallPace } from './call-pace.ts';
import { LiveMetrics } from './metrics.ts';
import { toHint } from './notification.ts';
import type { Hint } from './view.ts';
import { Watchers } from './watchers.ts';

/** What tells of changes by itself, in the words of Glance's notifications. @returns what stops it. */
export type ListenToEvents = (
  onEvent: (type: string, payload: Readonly<Record<string, unknown>>) => void,
) => () => void;

export interface LiveOptions {
  readonly settings: Settings;
  readonly registry: Registry<OpenMetricsContentType>;
  readonly log: Logger;
  /** Null: nothing does. */
  readonly listenToEvents: ListenToEvents | null;
}

/** What subscriptions are made of, whatever is subscribed to and however it is sent. */
export interface Live {
  readonly watchers: Watchers;
  /** Bounds the calls of all subscriptions together. */
  readonly pace: CallPace;
  readonly metrics: LiveMetrics;
  close(): Promise<void>;
}

/** Creates what follows views, and starts listening to notifications where there are any. */
export async function createLive({ settings, registry, log, listenToEvents }: LiveOptions): Promise<Live> {
  const now = (): number => performance.now();
  const pace = new CallPace(settings.subscriptionCallsPerSecond, now);
  const watchers = new Watchers({
    pace,
    now,
    pollIntervalMs: settings.subscriptionPollIntervalMs,
    pollIntervalWithEventsMs: settings.subscriptionPollIntervalWithEventsMs,
    onRead: (cause, result) => metrics.read(cause, result),
  });
  const metrics = new LiveMetrics(registry, {
    watchers: () => watchers.size,
    waitingReads: () => pace.waiting,
    hasEvents: () => watchers.hasEvents,
  });
  const onHint = (hint: Hint): void => {
    metrics.hint(hint);
    watchers.hint(hint);
  };
  const stopEvents = listenToEvents?.((type, payload) => {
    const hint = toHint(type, payload);
    if (hint !== null) onHint(hint);
  });
  if (stopEvents !== undefined) watchers.setHasEvents(true);
  const broker = await startBroker(settings, log, onHint, (connected) => {
    if (connected !== watchers.hasEvents) log.info({ connected }, 'events');
    watchers.setHasEvents(connected);
  });
  return {
    watchers,
    pace,
    metrics,
    async close() {
      stopEvents?.();
      await broker?.close();
    },
  };
}

/** Loads the client of the broker only where one is set. @returns undefined elsewhere. */
async function startBroker(
  { eventsAmqpUrl, eventsExchange, eventsRoutingKey, eventsCa }: Settings,
  log: Logger,
  onHint: (hint: Hint) => void,
  onConnected: (connected: boolean) => void,
): Promise<Broker | undefined> {
  if (eventsAmqpUrl === null) return undefined;
  const { connectBroker } = await import('./broker.ts');
  return connectBroker({
    url: eventsAmqpUrl,
    exchange: eventsExchange,
    routingKey: eventsRoutingKey,
    ca: eventsCa,
    onHint,
    onConnected,
    onFailure: (reason) => log.warn({ reason }, 'no events'),
  });
}
