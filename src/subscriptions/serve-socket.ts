import type { IncomingMessage } from 'node:http';
import {
  type ExecutionArgs,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
} from 'graphql';
import { CloseCode, type Context, makeServer, type SubscribePayload } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { GatewayError } from '../errors.ts';
import { isSubscription } from '../graphql/pipeline/execute-subscription.ts';
import type { FindOperation } from '../graphql/pipeline/find-operation.ts';
import { readPostParameters } from '../graphql/pipeline/parameters.ts';
import { RequestError } from '../http/body.ts';
import type { Gate } from '../http/gate.ts';
import { readSender, type Sender } from '../http/graphql.ts';
import { newRequestId } from '../http/request-id.ts';
import type { StartTrace } from '../tracing/trace.ts';
import { readConnectionToken } from './connection-params.ts';
import { comesBack } from './frames.ts';
import { tooMany } from './places.ts';
import type { Payloads, SubscriptionReport, Subscriptions } from './subscriptions.ts';

/** The steps of a subscription over a WebSocket: the same as over HTTP. */
export interface SocketParts {
  readonly schema: GraphQLSchema;
  readonly isRouter: (request: IncomingMessage) => boolean;
  readonly startTrace: StartTrace;
  readonly gate: Gate;
  readonly find: FindOperation;
  readonly subscriptions: Subscriptions;
  /** A refusal as a GraphQL response. */
  readonly writeRefusal: (error: GatewayError, requestId: string) => string;
  readonly onRefused: (report: SubscriptionReport) => void;
  readonly onDefect: (error: unknown, requestId?: string) => void;
  readonly initTimeoutMs: number;
  readonly pingIntervalMs: number;
  readonly maxPerConnection: number;
}

/** The state of one WebSocket. */
interface Peer {
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
}

type PeerContext = Context<Record<string, unknown>, Peer>;

/** Serves one WebSocket by the protocol `graphql-transport-ws`. */
export type ServeSocket = (socket: WebSocket, request: IncomingMessage) => void;

export function createServeSocket(parts: SocketParts): ServeSocket {
  const server = makeServer<Record<string, unknown>, Peer>({
    connectionInitWaitTimeout: parts.initTimeoutMs,
    onConnect({ subscriptions }) {
      // Clients choose the ids. By `__proto__`, a subscription would go uncounted, and never end.
      Object.setPrototypeOf(subscriptions, null);
    },
    onSubscribe: (context, _id, payload) => subscribe(parts, context, payload),
    // A subscription is opened before: its payloads are what it is executed with.
    subscribe: ({ contextValue }) => contextValue as AsyncGenerator<Record<string, unknown>>,
    onNext: (_context, _id, _payload, _args, result) => result as FormattedExecutionResult,
    onError: (_context, _id, _payload, errors) => errors.flatMap(toShown),
  });
  return (socket, request) => {
    const closed = server.opened(
      {
        protocol: socket.protocol,
        // Resolves when the client has taken it: the next payload is made only then.
        send: (data) =>
          new Promise((resolve) => {
            if (socket.readyState === socket.OPEN) socket.send(data, () => resolve());
            else resolve();
          }),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (handle) =>
          socket.on('message', (data, isBinary) => {
            handle(isBinary ? '' : String(data)).catch((error: unknown) => {
              parts.onDefect(error);
              socket.close(CloseCode.InternalServerError, 'Internal server error');
            });
          }),
      },
      { socket, request },
    );
    readNoFasterThanWritten(socket, request.socket);
    const stopPings = startPings(socket, parts.pingIntervalMs);
    // What is wrong with a frame is told by the code that the socket is closed with.
    socket.on('error', () => {});
    socket.once('close', (code, reason) => {
      stopPings();
      void closed(code, String(reason));
    });
  };
}

/** Reads no messages while the client does not read: the answers would pile up in memory. */
function readNoFasterThanWritten(socket: WebSocket, connection: IncomingMessage['socket']): void {
  socket.on('message', () => {
    if (!connection.writableNeedDrain || socket.isPaused) return;
    socket.pause();
    connection.once('drain', () => socket.resume());
  });
}

/** Closes a connection whose client has not answered the last ping. */
function startPings(socket: WebSocket, intervalMs: number): () => void {
  let isAlive = true;
  socket.on('pong', () => {
    isAlive = true;
  });
  const timer = setInterval(() => {
    if (!isAlive) return socket.terminate();
    isAlive = false;
    socket.ping();
  }, intervalMs);
  return () => clearInterval(timer);
}

/** Opens a subscription. @returns the arguments of its execution, or the reason for a refusal. */
async function subscribe(
  parts: SocketParts,
  { extra, connectionParams, subscriptions }: PeerContext,
  payload: SubscribePayload,
): Promise<ExecutionArgs | GraphQLError[]> {
  const { socket, request } = extra;
  const { gate, find, maxPerConnection } = parts;
  const startedAt = performance.now();
  const sender: Sender = {
    ...readSender(request, parts.isRouter),
    requestId: newRequestId(),
    token: readConnectionToken(connectionParams, request),
  };
  const trace = parts.startTrace(request);
  try {
    const shed = gate.shed();
    if (shed !== null) throw new RequestError(503, shed.message, { code: shed.code, retryAfter: shed.retryAfter });
    gate.admit(request, sender.token);
    if (Object.keys(subscriptions).length > maxPerConnection) throw tooMany('connection', maxPerConnection);
    gate.begin(sender.token);
    try {
      const found = find(readPostParameters(payload), sender);
      if (!isSubscription(found)) throw onlySubscriptions;
      const abort = new AbortController();
      const payloads = parts.subscriptions.open({
        found,
        sender,
        transport: 'websocket',
        signal: abort.signal,
        trace,
      });
      const { document, operationName } = found;
      const contextValue = new SocketPayloads(payloads, abort, socket);
      return { schema: parts.schema, document: document.syntaxTree, operationName, contextValue };
    } finally {
      gate.end(sender.token);
    }
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    const report = { type: 'subscription', name: undefined, codes: [error.code], execution: undefined } as const;
    const durationMs = performance.now() - startedAt;
    trace?.end({ ...report, status: error.details.status ?? 200 });
    parts.onRefused({ ...report, ...trace?.ids, client: sender.client, durationMs, requestId: sender.requestId });
    return [toGraphQLError(parts.writeRefusal(error, sender.requestId))];
  }
}

const onlySubscriptions = new GatewayError(
  'BAD_REQUEST',
  'A WebSocket carries subscriptions only. Send queries and mutations as HTTP requests to the same path.',
);

/** The payloads of a subscription in the form that graphql-ws expects. */
class SocketPayloads implements AsyncGenerator<Record<string, unknown>, void, void> {
  readonly #payloads: Payloads;
  readonly #abort: AbortController;
  readonly #socket: WebSocket;

  constructor(payloads: Payloads, abort: AbortController, socket: WebSocket) {
    this.#payloads = payloads;
    this.#abort = abort;
    this.#socket = socket;
  }

  async next(): Promise<IteratorResult<Record<string, unknown>, void>> {
    const { done, value } = await this.#payloads.next();
    if (!done) return { done: false, value: JSON.parse(value) as Record<string, unknown> };
    this.#abort.abort();
    // Clients connect again by themselves, and subscribe to all that they did before.
    if (comesBack(value.code)) this.#socket.close(1001, 'Subscribe again');
    if (value.body !== null) throw new EndedWithErrors(value.body);
    return { done: true, value: undefined };
  }

  /** Ends the generator even while it waits for a change. */
  async return(): Promise<IteratorResult<Record<string, unknown>, void>> {
    this.#abort.abort();
    await this.#payloads.return({ body: null, code: null });
    return { done: true, value: undefined };
  }

  async throw(): Promise<IteratorResult<Record<string, unknown>, void>> {
    return this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}

/** Carries the errors of a response that ends a subscription to where graphql-ws asks how they are shown. */
class EndedWithErrors extends Error {
  readonly body: string;

  constructor(body: string) {
    super('The subscription ended.');
    this.body = body;
  }
}

function toGraphQLError(body: string): GraphQLError {
  const originalError = new EndedWithErrors(body);
  return new GraphQLError(originalError.message, { originalError });
}

function toShown({ originalError }: GraphQLError): readonly GraphQLFormattedError[] {
  if (originalError instanceof EndedWithErrors) {
    return (JSON.parse(originalError.body) as { readonly errors: readonly GraphQLFormattedError[] }).errors;
  }
  return [{ message: 'Internal server error.', extensions: { code: 'INTERNAL_SERVER_ERROR' } }];
}
