import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ChannelModel, connect } from 'amqplib';
import { parseNotification } from './notification.ts';
import type { Hint } from './view.ts';

export interface BrokerOptions {
  /** amqp or amqps, with credentials. */
  readonly url: string;
  readonly exchange: string;
  readonly routingKey: string;
  /** Certificate authorities in PEM; null for those that Node trusts. */
  readonly ca: string | null;
  readonly onHint: (hint: Hint) => void;
  /** Is called when notifications start or stop arriving. */
  readonly onConnected: (connected: boolean) => void;
  /** Is called with the reason why there is no connection, which contains no secret. */
  readonly onFailure: (reason: string) => void;
}

/** A connection to a message broker that reconnects whenever it is lost. */
export interface Broker {
  /** Disconnects. No callback is called after that, except with hints that are on their way. */
  close(): Promise<void>;
}

const connectTimeoutMs = 5_000;
/** A broker that is silent for two heartbeat intervals counts as dead. */
const heartbeatS = 5;
const minPauseMs = 200;
const maxPauseMs = 10_000;
/** Maximum number of messages in the queue; the oldest are dropped. */
const maxMessages = 1_000;

/**
 * Listens to the notifications of the Images API. The queue is exclusive and is deleted with the connection, so no other
 * consumer loses a message. The exchange belongs to the cloud and is never declared; until it exists, connecting fails.
 */
export function connectBroker(options: BrokerOptions): Broker {
  const closing = new AbortController();
  let connection: ChannelModel | undefined;

  async function listenOnce(): Promise<void> {
    const { url, ca, exchange, routingKey } = options;
    const target = new URL(url);
    target.searchParams.set('heartbeat', String(heartbeatS));
    connection = await connect(target.href, { timeout: connectTimeoutMs, ...(ca !== null && { ca: [ca] }) });
    // Every error is followed by the end of the connection, which is waited for.
    connection.on('error', () => {});
    const lost = once(connection, 'close');
    if (closing.signal.aborted) return;
    const channel = await connection.createChannel();
    channel.on('error', () => {});
    await channel.checkExchange(exchange);
    const bounded = { 'x-max-length': maxMessages, 'x-overflow': 'drop-head' };
    const { queue } = await channel.assertQueue('', {
      exclusive: true,
      autoDelete: true,
      durable: false,
      arguments: bounded,
    });
    await channel.bindQueue(queue, exchange, routingKey);
    const cancelled = new Promise((resolve) => {
      channel.once('close', resolve);
      const consume = (message: { readonly content: Buffer } | null): void => {
        // The broker took the queue away.
        if (message === null) resolve(null);
        const hint = message === null ? null : parseNotification(message.content.toString('utf8'));
        if (hint !== null) options.onHint(hint);
      };
      channel.consume(queue, consume, { noAck: true }).catch(resolve);
    });
    if (closing.signal.aborted) return;
    options.onConnected(true);
    await Promise.race([lost, cancelled]);
  }

  async function listen(): Promise<void> {
    for (let pauseMs = minPauseMs; !closing.signal.aborted; pauseMs = Math.min(maxPauseMs, pauseMs * 2)) {
      const startedAt = performance.now();
      const reason = await listenOnce().then(() => 'the connection was lost', toReason);
      await connection?.close().catch(() => {});
      connection = undefined;
      if (closing.signal.aborted) return;
      options.onConnected(false);
      options.onFailure(reason);
      if (performance.now() - startedAt > maxPauseMs) pauseMs = minPauseMs;
      await sleep(pauseMs * (0.5 + 0.5 * Math.random()), undefined, { signal: closing.signal }).catch(() => {});
    }
  }

  const ended = listen();
  return {
    async close() {
      closing.abort();
      options.onConnected(false);
      await connection?.close().catch(() => {});
      // A connection that is being made has its own timeout.
      await Promise.race([ended, sleep(1_000, undefined, { ref: false })]);
    },
  };
}

/** The library's messages may quote the broker, which may quote the user name. */
function toReason(error: unknown): string {
  const { code, name = 'Error' } = error as NodeJS.ErrnoException;
  return String(code ?? name);
}
