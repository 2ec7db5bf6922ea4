import { readCertificates } from './files.ts';
import { optional, text, wholeNumber } from './setting.ts';
import { matching, parseAmqpUrl } from './value-parsers.ts';

/** Limits on subscriptions, and the source of notifications. */
export const subscriptionSettings = {
  subscriptionsMax: wholeNumber({
    name: 'SUBSCRIPTIONS_MAX',
    default: 10_000,
    from: 0,
    to: 1_000_000,
    meaning: 'Maximum number of open subscriptions; more are refused with `OVERLOADED`. 0: none are served.',
  }),
  subscriptionsPerToken: wholeNumber({
    name: 'SUBSCRIPTIONS_PER_TOKEN',
    default: 2_000,
    from: 1,
    to: 1_000_000,
    meaning: 'Maximum number of open subscriptions of one token; more are refused with `RATE_LIMITED`.',
  }),
  subscriptionsPerConnection: wholeNumber({
    name: 'SUBSCRIPTIONS_PER_CONNECTION',
    default: 100,
    from: 1,
    to: 100_000,
    meaning: 'Maximum number of open subscriptions on one WebSocket; more are refused with `RATE_LIMITED`.',
  }),
  subscriptionMaxAgeMs: wholeNumber({
    name: 'SUBSCRIPTION_MAX_AGE_MS',
    default: 14_400_000,
    unit: 'milliseconds',
    from: 100,
    to: 604_800_000,
    meaning: 'Maximum age of a subscription; it then ends with `SUBSCRIPTION_ENDED`, and the client subscribes again.',
  }),
  subscriptionPollIntervalMs: wholeNumber({
    name: 'SUBSCRIPTION_POLL_INTERVAL_MS',
    default: 10_000,
    unit: 'milliseconds',
    from: 100,
    to: 3_600_000,
    meaning:
      'Time between two polls of a subscribed view, without notifications. It grows if the rate of calls is not enough.',
  }),
  subscriptionPollIntervalWithEventsMs: wholeNumber({
    name: 'SUBSCRIPTION_POLL_INTERVAL_WITH_EVENTS_MS',
    default: 20_000,
    unit: 'milliseconds',
    from: 100,
    to: 3_600_000,
    meaning:
      'Time between two polls of a subscribed view while notifications arrive. A refused token is not noticed sooner.',
  }),
  subscriptionCallsPerSecond: wholeNumber({
    name: 'SUBSCRIPTION_CALLS_PER_SECOND',
    default: 20,
    unit: 'per second',
    from: 1,
    to: 100_000,
    meaning:
      'Maximum rate of calls to the Images API and the Identity service for all subscriptions. In one second ' +
      'there may be half as many again.',
  }),
  subscriptionPingIntervalMs: wholeNumber({
    name: 'SUBSCRIPTION_PING_INTERVAL_MS',
    default: 12_000,
    unit: 'milliseconds',
    from: 100,
    to: 600_000,
    meaning:
      'Time between two pings on a connection with subscriptions. A WebSocket that has not answered the last ping is closed.',
  }),
  subscriptionInitTimeoutMs: wholeNumber({
    name: 'SUBSCRIPTION_INIT_TIMEOUT_MS',
    default: 3_000,
    unit: 'milliseconds',
    from: 100,
    to: 600_000,
    meaning: 'Time that a WebSocket may take to send `connection_init`.',
  }),
  subscriptionMaxMessageBytes: wholeNumber({
    name: 'SUBSCRIPTION_MAX_MESSAGE_BYTES',
    default: 262_144,
    unit: 'bytes',
    from: 1_024,
    to: 104_857_600,
    meaning: 'Largest message that is accepted on a WebSocket.',
  }),
  eventsAmqpUrl: optional({
    name: 'EVENTS_AMQP_URL',
    defaultText: 'unset: subscribed views are polled',
    takes: 'amqp or amqps URL, with user, password and virtual host',
    meaning:
      'Message broker that carries the notifications of the Images API. `EVENTS_AMQP_URL_FILE` names a file instead, which ' +
      'SIGHUP reads again: if it has changed, the gateway connects anew.',
    parse: parseAmqpUrl,
    isSecret: true,
  }),
  eventsExchange: text({
    name: 'EVENTS_EXCHANGE',
    default: 'glance',
    takes: '1 to 255 letters, digits, `.`, `_`, `:` or `-`',
    meaning: 'Topic exchange of the notifications. The gateway never declares it.',
    parse: matching(/^[\w.:-]{1,255}$/),
  }),
  eventsRoutingKey: text({
    name: 'EVENTS_ROUTING_KEY',
    default: 'notifications.info',
    takes: '1 to 255 letters, digits, `.`, `_`, `*`, `#` or `-`',
    meaning: 'Routing key of the notifications.',
    parse: matching(/^[\w.*#-]{1,255}$/),
  }),
  eventsCa: optional({
    name: 'EVENTS_CA_FILE',
    defaultText: 'unset: the authorities that Node trusts',
    takes: 'path of a file of certificates in PEM',
    meaning:
      'Certificate authorities trusted for the message broker, in place of the public ones. SIGHUP reads the file again.',
    parse: readCertificates,
  }),
};
