import { type ErrorCode, GatewayError } from '../errors.ts';
import type { GatewayContext } from '../graphql/context.ts';
import type { AnswerWriter } from '../graphql/pipeline/answer.ts';
import type { SubscriptionExecutor } from '../graphql/pipeline/execute-subscription.ts';
import type { FoundOperation } from '../graphql/pipeline/find-operation.ts';
import type { Sender } from '../http/graphql.ts';
import type { LiveMetrics } from '../live/metrics.ts';
import type { Watch } from '../live/view.ts';
import type { Token } from '../token.ts';
import type { OperationTrace, TraceIds } from '../tracing/trace.ts';
import type { ReadSharing } from '../upstream/shared-reads.ts';
import type { Places } from './places.ts';
import type { Turns } from './turns.ts';

/** The transport of a subscription. */
export type TransportName = 'sse' | 'multipart' | 'websocket';

/** The reason for the end of a subscription. */
export interface End {
  /** The last message to the client, as a GraphQL response without data; null if there is none. */
  readonly body: string | null;
  readonly code: ErrorCode | null;
}

/** The payloads of a subscription, each a GraphQL response as JSON. Reads nothing until the next payload is requested. */
export type Payloads = AsyncGenerator<string, End, void>;

/** A subscription that was started or refused, for logs and metrics. */
export interface SubscriptionReport extends Partial<TraceIds> {
  readonly type: 'subscription';
  readonly name: string | undefined;
  readonly client: string | undefined;
  readonly codes: readonly string[];
  readonly execution: undefined;
  /** The time to the first payload. */
  readonly durationMs: number;
  readonly requestId: string;
}

/** A subscription that ended, for the log. */
export interface EndReport {
  readonly transport: TransportName;
  readonly name: string | undefined;
  readonly client: string | undefined;
  readonly reason: string;
  readonly payloads: number;
  readonly durationMs: number;
  readonly requestId: string;
}

/** A subscriber and its transport. */
export interface Subscriber {
  readonly found: FoundOperation;
  readonly sender: Sender;
  readonly transport: TransportName;
  /** Aborts when the client disconnects. */
  readonly signal: AbortSignal;
  readonly trace: OperationTrace | undefined;
}

export interface SubscriptionParts {
  readonly executor: SubscriptionExecutor;
  readonly answers: AnswerWriter;
  readonly places: Places;
  readonly turns: Turns;
  readonly metrics: LiveMetrics;
  readonly maxAgeMs: number;
  /** Creates the context of resolvers: one for subscribing, and one for each payload. */
  readonly createContext: (sender: Sender, signal: AbortSignal, reads: ReadSharing | null) => GatewayContext;
  /** Follows views with a token until the signal aborts. */
  readonly createWatch: (token: Token, signal: AbortSignal) => Watch<GatewayContext>;
  readonly onStart: (report: SubscriptionReport) => void;
  readonly onEnd: (report: EndReport) => void;
}

/** The open subscriptions of the process, over all transports. */
export class Subscriptions {
  readonly #parts: SubscriptionParts;
  #draining = new AbortController();

  constructor(parts: SubscriptionParts) {
    this.#parts = parts;
  }

  /** Ends all subscriptions, and refuses new ones: the gateway is shutting down. */
  end(): void {
    this.#draining.abort();
  }

  /** Starts a subscription. @throws GatewayError if it is refused before anything is read. */
  open(subscriber: Subscriber): Payloads {
    const { token } = subscriber.sender;
    if (token instanceof GatewayError) throw token;
    if (this.#draining.signal.aborted) throw toEnd('The gateway is shutting down.');
    const leave = this.#parts.places.enter(token);
    // Somebody who goes away immediately may never ask for a payload.
    if (subscriber.signal.aborted) leave();
    else subscriber.signal.addEventListener('abort', leave, { once: true });
    return this.#run(subscriber, token, leave);
  }

  async *#run(subscriber: Subscriber, token: Token, leave: () => void): Payloads {
    const { sender, transport, signal } = subscriber;
    const { metrics, maxAgeMs, onEnd, answers } = this.#parts;
    const startedAt = performance.now();
    const life = new Life(signal, this.#draining.signal, maxAgeMs);
    metrics.opened(transport);
    let payloads = 0;
    let reason = 'client';
    try {
      for await (const body of this.#payloads(subscriber, token, life.signal)) {
        payloads++;
        metrics.payload(transport);
        yield body;
      }
      reason = 'complete';
      return { body: null, code: null };
    } catch (error) {
      if (error instanceof ClientGone) return { body: null, code: null };
      if (!(error instanceof GatewayError)) {
        reason = 'defect';
        throw error;
      }
      reason = life.isOver ? life.why : error.code;
      if (payloads === 0) this.#report(subscriber, startedAt, [error.code]);
      return { body: answers.writeRefusal(error, sender.requestId, true).body, code: error.code };
    } finally {
      life.end();
      leave();
      metrics.ended(transport, reason);
      const durationMs = Math.round(performance.now() - startedAt);
      const { client, requestId } = sender;
      onEnd({ transport, name: nameOf(subscriber), client, reason, payloads, durationMs, requestId });
    }
  }

  async *#payloads(subscriber: Subscriber, token: Token, signal: AbortSignal): AsyncGenerator<string> {
    const { found, sender } = subscriber;
    const { executor, answers, turns, createContext, createWatch } = this.#parts;
    const startedAt = performance.now();
    let isFirst = true;
    const context = createContext(sender, signal, null);
    const source = await executor.subscribe(found, { ...context, watch: createWatch(token, signal) });
    if (!(Symbol.asyncIterator in source)) {
      try {
        const { body, codes } = await answers.writeResult(source, found, context);
        this.#report(subscriber, startedAt, codes);
        return yield body;
      } finally {
        context.budget.close();
      }
    }
    for await (const change of source) {
      await turns.take();
      const own = createContext(sender, signal, change.now.reads);
      try {
        const { body, codes, status } = await answers.writeResult(
          await executor.toPayload(found, change, own),
          found,
          own,
        );
        if (status !== 200) throw overloaded();
        if (isFirst) this.#report(subscriber, startedAt, codes);
        isFirst = false;
        yield body;
      } finally {
        own.budget.close();
      }
    }
  }

  #report(subscriber: Subscriber, startedAt: number, codes: readonly string[]): void {
    const { sender, trace } = subscriber;
    const report = {
      type: 'subscription',
      name: nameOf(subscriber),
      client: sender.client,
      codes,
      execution: undefined,
      durationMs: Math.round((performance.now() - startedAt) * 1000) / 1000,
      requestId: sender.requestId,
      ...trace?.ids,
    } as const;
    trace?.end({ ...report, status: 200 });
    this.#parts.onStart(report);
  }
}

/** The client has disconnected, so there is no last message. */
class ClientGone extends Error {}

/** The lifetime of a subscription: until its client disconnects, the gateway shuts down, or it reaches its maximum age. */
class Life {
  readonly #abort = new AbortController();
  readonly #ends: (() => void)[] = [];
  why = '';

  constructor(client: AbortSignal, draining: AbortSignal, maxAgeMs: number) {
    this.#endOn(client, () => this.#abort.abort(new ClientGone()));
    this.#endOn(draining, () => this.#over('shutdown', 'The gateway is shutting down.'));
    const timer = setTimeout(() => this.#over('age', 'The subscription reached its maximum age.'), maxAgeMs);
    this.#ends.push(() => clearTimeout(timer));
  }

  /** Aborts at the end of the subscription, with the reason. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Whether the gateway ended it, because of `why`. */
  get isOver(): boolean {
    return this.why !== '';
  }

  end(): void {
    for (const end of this.#ends) end();
  }

  #over(why: string, message: string): void {
    this.why = why;
    this.#abort.abort(toEnd(message));
  }

  #endOn(signal: AbortSignal, end: () => void): void {
    if (signal.aborted) end();
    signal.addEventListener('abort', end, { once: true });
    this.#ends.push(() => signal.removeEventListener('abort', end));
  }
}

function nameOf({ found }: Subscriber): string | undefined {
  return found.operation.node.name?.value.slice(0, 100);
}

/** Spreads the reconnects of clients over some seconds. */
function toEnd(message: string): GatewayError {
  const retryAfter = 1 + Math.floor(Math.random() * 5);
  return new GatewayError('SUBSCRIPTION_ENDED', `${message} Subscribe again.`, { retryAfter });
}

function overloaded(): GatewayError {
  return new GatewayError('OVERLOADED', 'The gateway has too little memory for this subscription. Subscribe again.', {
    retryAfter: 5,
  });
}
