import type { Logger } from 'pino';
import type { OpenMetricsContentType, Registry } from 'prom-client';
import type { Settings } from '../settings/settings.ts';
import type { Broker } from './broker.ts';
import { CallPace } from './call-pace.ts';
import { LiveMetrics } from './metrics.ts';
import { toHint } from './notification.ts';
import type { Hint } from './view.ts';
import { Watchers } from './watchers.ts';

/** A source of events in the form of Glance's notifications. @returns a function that stops it. */
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

/** The shared parts of all subscriptions, independent of view and transport. */
export interface Live {
  readonly watchers: Watchers;
  /** Bounds the calls of all subscriptions together. */
  readonly pace: CallPace;
  readonly metrics: LiveMetrics;
  close(): Promise<void>;
}

/** Creates the watchers, and starts listening to notifications if a source is configured. */
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

/** Connects to the broker, whose client is loaded only if one is configured. @returns undefined if none is. */
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
