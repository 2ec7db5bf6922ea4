import { Counter, Gauge, type OpenMetricsContentType, type Registry } from 'prom-client';
import type { Hint } from './view.ts';
import type { ReadCause } from './watcher.ts';

/** Values that are read for each scrape. */
export interface LiveReadings {
  readonly watchers: () => number;
  readonly waitingReads: () => number;
  readonly hasEvents: () => boolean;
}

/** The metrics of subscriptions, kept in the given registry. */
export class LiveMetrics {
  readonly #open: Gauge<'transport'>;
  readonly #reads: Counter<'cause' | 'result'>;
  readonly #hints: Counter<'kind'>;
  readonly #payloads: Counter<'transport'>;
  readonly #ends: Counter<'transport' | 'reason'>;

  constructor(registry: Registry<OpenMetricsContentType>, { watchers, waitingReads, hasEvents }: LiveReadings) {
    const registers = [registry];
    const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
      new Counter({ name: `image_gateway_${name}`, help, labelNames, registers });
    const gauge = (name: string, help: string, read: () => number) =>
      new Gauge({
        name: `image_gateway_${name}`,
        help,
        registers,
        collect() {
          this.set(read());
        },
      });
    this.#open = new Gauge({
      name: 'image_gateway_subscriptions',
      help: 'Open subscriptions by transport.',
      labelNames: ['transport'],
      registers,
    });
    this.#reads = counter('watcher_reads_total', 'Reads of subscribed views, by cause and result.', [
      'cause',
      'result',
    ]);
    this.#hints = counter('hints_total', 'Notifications of the Images API that may concern a subscription, by kind.', [
      'kind',
    ]);
    this.#payloads = counter('subscription_payloads_total', 'Payloads of subscriptions by transport.', ['transport']);
    this.#ends = counter('subscription_ends_total', 'Subscriptions that ended, by transport and reason.', [
      'transport',
      'reason',
    ]);
    gauge('watchers', 'Watched views, each of one token.', watchers);
    gauge('watcher_waiting_calls', 'Calls for subscriptions that wait because of the rate limit.', waitingReads);
    gauge('events_connected', '1 while the gateway is connected to the notifications of the Images API.', () =>
      Number(hasEvents()),
    );
  }

  read(cause: ReadCause, result: 'ok' | 'error'): void {
    this.#reads.inc({ cause, result });
  }

  hint({ kind }: Hint): void {
    this.#hints.inc({ kind });
  }

  opened(transport: string): void {
    this.#open.inc({ transport });
  }

  payload(transport: string): void {
    this.#payloads.inc({ transport });
  }

  ended(transport: string, reason: string): void {
    this.#open.dec({ transport });
    this.#ends.inc({ transport, reason });
  }
}
