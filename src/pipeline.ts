import type { IncomingMessage, ServerResponse } from 'node:http';
import { GatewayError } from './errors.ts';
import type { GatewayContext } from './graphql/context.ts';
import type { Answer, AnswerWriter } from './graphql/pipeline/answer.ts';
import type { ExecuteOperation, Execution } from './graphql/pipeline/execute-operation.ts';
import { isSubscription } from './graphql/pipeline/execute-subscription.ts';
import type { FindOperation } from './graphql/pipeline/find-operation.ts';
import { type Parameters, readGetParameters, readPostParameters } from './graphql/pipeline/parameters.ts';
import { RequestError, readJson } from './http/body.ts';
import type { Gate } from './http/gate.ts';
import { abortOnClose, checkAcceptable, readSender, type Sender, sendAnswer } from './http/graphql.ts';
import { chooseMediaType } from './http/media-type.ts';
import { createRefuse, type OnRefused, toRefusal } from './http/refusal.ts';
import type { Handler } from './http/server.ts';
import { chooseStream, type StreamType } from './http/stream-type.ts';
import type { SubscriptionService } from './subscriptions/create-subscriptions.ts';
import { sendAsStream } from './subscriptions/serve-stream.ts';
import type { OperationTrace } from './tracing/tracer.ts';

/** A request to `/graphql` that was answered, for logs and metrics. */
export interface OperationReport {
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
  readonly startTrace: (request: IncomingMessage) => OperationTrace | undefined;
  readonly gate: Gate;
  readonly maxRequestBytes: number;
  readonly find: FindOperation;
  readonly createContext: (sender: Sender, signal: AbortSignal, trace: OperationTrace | undefined) => GatewayContext;
  readonly execute: ExecuteOperation;
  readonly answers: AnswerWriter;
  readonly subscriptions: Pick<SubscriptionService, 'open' | 'serveStream'>;
  /** Is called for every request that reached GraphQL. */
  readonly onOperation: (report: OperationReport) => void;
  /** Is called for every request that is answered with an HTTP error status. */
  readonly onRefused: OnRefused;
}

/** Answers GraphQL requests over HTTP: read, admit, find the operation, execute it, answer. */
export function createPipeline(parts: PipelineParts): Handler {
  const { gate, find, execute, answers, subscriptions, onRefused } = parts;
  const refuse = createRefuse(onRefused);
  return async (request, response, { path, search }) => {
    const shed = gate.shed();
    if (shed !== null) return refuse(request, response, shed, path);
    const startedAt = performance.now();
    const sender = readSender(request, parts.isRouter);
    const { requestId, token } = sender;
    const trace = parts.startTrace(request);
    const stream = chooseStream(request.headers.accept);
    const done: { type?: string; name?: string | undefined; execution?: Execution } = {};
    let answer: Answer;
    try {
      gate.admit(request, token);
      if (stream === null) checkAcceptable(request);
      const parameters = await readParameters(request, search, parts);
      gate.begin(token);
      try {
        const found = find(parameters, sender);
        const { operation, name } = found.operation.node;
        Object.assign(done, { type: operation, name: name?.value });
        const abort = abortOnClose(response);
        if (isSubscription(found)) {
          const transport = toStream(request, stream);
          const payloads = subscriptions.open({ found, sender, transport, signal: abort.signal, trace });
          // It is no operation that runs, but one that waits.
          return void subscriptions.serveStream(response, payloads, transport, requestId);
        }
        const context = parts.createContext(sender, abort.signal, trace);
        closeWith(response, context);
        const executed = await Promise.race([execute(found, context, readFtv1(request)), context.budget.whenExceeded]);
        if (executed instanceof GatewayError) {
          abort.abort();
          answer = answers.writeLost(executed, found, context);
        } else {
          done.execution = executed.execution;
          answer = await answers.writeResult(executed.result, found, context);
        }
      } finally {
        gate.end(token);
      }
    } catch (error) {
      if (!(error instanceof GatewayError)) {
        // The HTTP server reports unexpected errors.
        response.setHeader('x-request-id', requestId);
        throw error;
      }
      if (error instanceof RequestError) {
        trace?.end({ type: 'none', name: undefined, codes: [error.code] });
        return refuse(request, response, toRefusal(error), path);
      }
      answer = answers.writeRefusal(error, requestId, sender.mediaType.startsWith('application/json'));
    }
    const report = {
      type: 'none',
      name: undefined,
      execution: undefined,
      ...done,
      client: sender.client,
      codes: answer.codes,
      durationMs: Math.round((performance.now() - startedAt) * 1000) / 1000,
      requestId,
    };
    trace?.end(report);
    parts.onOperation(report);
    const { status, codes } = answer;
    if (status >= 400) onRefused({ status, method: request.method, path, code: codes[0] ?? 'none', requestId });
    if (stream !== null && isOnlyStream(request)) sendAsStream(response, stream, requestId, answer.body);
    else sendAnswer(request, response, sender, answer);
  };
}

/** Reads the GraphQL parameters of a request: from the body of a `POST`, from the URL of a `GET`. */
async function readParameters(request: IncomingMessage, search: string, parts: PipelineParts): Promise<Parameters> {
  const { maxRequestBytes, gate } = parts;
  if (request.method !== 'POST') return readGetParameters(search);
  return readPostParameters(await readJson(request, maxRequestBytes, gate));
}

/** How a subscription is answered. @throws RequestError if the client takes no stream. */
function toStream({ method }: IncomingMessage, stream: StreamType | null): StreamType {
  if (method !== 'HEAD' && stream !== null) return stream;
  const message = 'A subscription is answered with a stream: accept "text/event-stream" or "multipart/mixed".';
  throw new RequestError(406, message);
}

/** Whether the client takes nothing but a stream. */
function isOnlyStream({ headers }: IncomingMessage): boolean {
  return chooseMediaType(headers.accept) === null;
}

/** Reads the header with which a router requests the timing of all fields. */
function readFtv1({ headers }: IncomingMessage): string | undefined {
  const header = headers['apollo-federation-include-trace'];
  return typeof header === 'string' ? header : undefined;
}

/** Releases everything an operation holds once its response is sent or the caller has disconnected. */
function closeWith(response: ServerResponse, { budget }: GatewayContext): void {
  if (response.closed) budget.close();
  else response.once('close', () => budget.close());
}
