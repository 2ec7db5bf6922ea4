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
  /** Connects to the broker anew if its URL or its authorities differ; ignores all other settings. */
  reload(settings: BrokerSettings): void;
  close(): Promise<void>;
}

/** The settings of the broker that may change. */
type BrokerSettings = Pick<Settings, 'eventsAmqpUrl' | 'eventsCa'>;

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
  const onConnected = (connected: boolean): void => {
    if (connected !== watchers.hasEvents) log.info({ connected }, 'events');
    watchers.setHasEvents(connected);
  };
  const connect = (changed: BrokerSettings) => startBroker({ ...settings, ...changed }, log, onHint, onConnected);
  let current: BrokerSettings = settings;
  let broker = await connect(settings);
  let changing: Promise<void> = Promise.resolve();
  async function replaceBroker(changed: BrokerSettings): Promise<void> {
    await broker?.close();
    broker = await connect(changed);
  }
  return {
    watchers,
    pace,
    metrics,
    reload({ eventsAmqpUrl, eventsCa }) {
      if (eventsAmqpUrl === current.eventsAmqpUrl && eventsCa === current.eventsCa) return;
      current = { eventsAmqpUrl, eventsCa };
      const changed = current;
      changing = changing.then(() => replaceBroker(changed));
    },
    async close() {
      stopEvents?.();
      await changing;
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
