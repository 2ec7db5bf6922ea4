import type { IncomingMessage, ServerResponse } from 'node:http';
import { CallAbort, type CallSignal } from './call-abort.ts';
import { GatewayError } from './errors.ts';
import type { GatewayContext } from './graphql/context.ts';
import type { Answer, AnswerWriter } from './graphql/pipeline/answer.ts';
import { dropData, type ExecuteOperation, type Execution } from './graphql/pipeline/execute-operation.ts';
import { isSubscription } from './graphql/pipeline/execute-subscription.ts';
import type { FindOperation, FoundOperation } from './graphql/pipeline/find-operation.ts';
import { readGetParameters, readPostParameters } from './graphql/pipeline/parameters.ts';
import { RequestError, readJson } from './http/body.ts';
import type { Gate } from './http/gate.ts';
import { checkAcceptable, onClose, readSender, type Sender, sendAnswer } from './http/graphql.ts';
import { createRefuse, type OnRefused, toRefusal } from './http/refusal.ts';
import type { Handler } from './http/server.ts';
import { chooseStream, type StreamType } from './http/stream-type.ts';
import { Lockstep, maxTogether } from './lockstep.ts';
import type { SubscriptionService } from './subscriptions/create-subscriptions.ts';
import { comesBack } from './subscriptions/frames.ts';
import { sendAsStream } from './subscriptions/serve-stream.ts';
import type { OperationTrace, StartTrace, TraceIds } from './tracing/trace.ts';

/** A request to `/graphql` that was answered, for logs and metrics. */
export interface OperationReport extends Partial<TraceIds> {
  /** `query`, `mutation`, or `none` if the request was refused before the operation was known. */
  readonly type: string;
  /** The name of the operation in its document. */
  readonly name: string | undefined;
  /** The client's name for itself. */
  readonly client: string | undefined;
  /** The codes of its first errors. */
  readonly codes: readonly string[];
  /** How it was executed; undefined if it was not. */
  readonly execution: Execution | undefined;
  readonly durationMs: number;
  readonly requestId: string;
}

/** The steps of a GraphQL request, in order. */
export interface PipelineParts {
  readonly isRouter: (request: IncomingMessage) => boolean;
  readonly startTrace: StartTrace;
  readonly gate: Gate;
  readonly maxRequestBytes: number;
  readonly maxConcurrentOperations: number;
  readonly find: FindOperation;
  readonly createContext: (sender: Sender, signal: CallSignal, trace: OperationTrace | undefined) => GatewayContext;
  readonly execute: ExecuteOperation;
  readonly answers: AnswerWriter;
  readonly subscriptions: Pick<SubscriptionService, 'open' | 'serveStream'>;
  /** Is called for every request that reached GraphQL. */
  readonly onOperation: (report: OperationReport) => void;
  /** Is called for every request that is answered with an HTTP error status. */
  readonly onRefused: OnRefused;
}

/** A request that is being answered. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The query of the URL. */
  readonly search: string;
  readonly sender: Sender;
  readonly trace: OperationTrace | undefined;
  /** The kind of stream that the client accepts; null: none. */
  readonly stream: StreamType | null;
  readonly known: KnownOperation;
}

/** What is known of a request's operation so far. */
type KnownOperation = { -readonly [Key in 'type' | 'name' | 'execution']: OperationReport[Key] };

/** Answers GraphQL requests over HTTP: read, admit, find the operation, execute it, answer. */
export function createPipeline(parts: PipelineParts): Handler {
  const refuse = createRefuse(parts.onRefused);
  const lockstep = new Lockstep(toGroupSize(parts.maxConcurrentOperations));
  return async (request, response, { path, search }) => {
    const shed = parts.gate.shed();
    if (shed !== null) return refuse(request, response, shed, path);
    const startedAt = performance.now();
    const trace = parts.startTrace(request);
    // The caller may be gone afterwards.
    await lockstep.join();
    const sender = readSender(request, parts.isRouter);
    const { requestId } = sender;
    let stream = chooseStream(request.headers.accept);
    const known: KnownOperation = { type: 'none', name: undefined, execution: undefined };
    let answer: Answer | null;
    try {
      answer = await answerRequest({ request, response, search, sender, trace, stream, known }, parts);
    } catch (error) {
      if (!(error instanceof GatewayError)) {
        // The HTTP server reports unexpected errors.
        response.setHeader('x-request-id', requestId);
        trace?.end({ ...known, status: 500, codes: ['INTERNAL_SERVER_ERROR'] });
        throw error;
      }
      if (error instanceof RequestError) {
        const refusal = { ...toRefusal(error), trace: trace?.ids };
        trace?.end({ ...known, status: refusal.status, codes: [error.code] });
        return refuse(request, response, refusal, path);
      }
      answer = parts.answers.writeRefusal(error, requestId, sender.mediaType.startsWith('application/json'));
      // After an HTTP error, clients try again by themselves; after a stream that holds only an error, they may not.
      if (comesBack(error.code)) stream = null;
    }
    if (answer === null) return;
    const { status, codes } = answer;
    trace?.end({ ...known, status, codes });
    parts.onOperation({
      type: known.type,
      name: known.name,
      execution: known.execution,
      client: sender.client,
      codes,
      durationMs: Math.round((performance.now() - startedAt) * 1000) / 1000,
      requestId,
      ...trace?.ids,
    });
    if (status >= 400) {
      parts.onRefused({ status, method: request.method, path, code: codes[0] ?? 'none', requestId, ...trace?.ids });
    }
    if (stream !== null && sender.accepts === null) sendAsStream(response, stream, requestId, answer.body);
    else sendAnswer(request, response, sender, answer);
  };
}

/**
 * The number of requests that may continue together. All of them count as concurrent operations, even those that make no
 * call, so they are few where few operations may be concurrent.
 */
function toGroupSize(maxConcurrentOperations: number): number {
  return Math.max(1, Math.min(maxTogether, Math.floor(maxConcurrentOperations / 32)));
}

/**
 * The steps from the request to its answer.
 *
 * @returns null for a subscription, whose payloads are then being sent.
 * @throws GatewayError if the request is refused.
 */
async function answerRequest(exchange: Exchange, parts: PipelineParts): Promise<Answer | null> {
  const { request, response, search, sender, trace, stream, known } = exchange;
  const { gate, answers } = parts;
  gate.admit(request, sender.token);
  if (stream === null) checkAcceptable(sender);
  // A `GET` has its parameters in the URL.
  const parameters =
    request.method === 'POST'
      ? readPostParameters(await readJson(request, parts.maxRequestBytes, gate))
      : readGetParameters(search);
  gate.begin(sender.token);
  try {
    const found = parts.find(parameters, sender);
    const { operation, name } = found.operation.node;
    known.type = operation;
    known.name = name?.value;
    if (isSubscription(found)) {
      subscribe(found, exchange, parts);
      return null;
    }
    const abort = new CallAbort();
    const context = parts.createContext(sender, abort, trace);
    onClose(response, () => {
      if (!response.writableFinished) abort.abort();
      context.budget.close();
    });
    const executed = parts.execute(found, context, readFtv1(request));
    const result = await context.budget.wait(executed.result);
    if (result instanceof GatewayError) {
      abort.abort(result);
      return answers.writeLost(result, found, context);
    }
    known.execution = executed.execution;
    const answer = await answers.writeResult(result, found, context);
    dropData(result, context);
    return answer;
  } finally {
    gate.end(sender.token);
  }
}

/**
 * Starts to send the payloads of a subscription. It waits most of the time, so it does not count as a running operation.
 *
 * @throws RequestError if the client takes no stream.
 */
function subscribe(found: FoundOperation, exchange: Exchange, { subscriptions }: PipelineParts): void {
  const { request, response, sender, trace, stream } = exchange;
  const transport = toStream(request, stream);
  const abort = new AbortController();
  onClose(response, () => {
    if (!response.writableFinished) abort.abort();
  });
  const payloads = subscriptions.open({ found, sender, transport, signal: abort.signal, trace });
  void subscriptions.serveStream(response, payloads, transport, sender.requestId);
}

/** How a subscription is answered. @throws RequestError if the client takes no stream. */
function toStream({ method }: IncomingMessage, stream: StreamType | null): StreamType {
  if (method !== 'HEAD' && stream !== null) return stream;
  const message = 'A subscription is answered with a stream: accept "text/event-stream" or "multipart/mixed".';
  throw new RequestError(406, message);
}

/** Reads the header with which a router requests the timing of all fields. */
function readFtv1({ headers }: IncomingMessage): string | undefined {
  const header = headers['apollo-federation-include-trace'];
  return typeof header === 'string' ? header : undefined;
}
