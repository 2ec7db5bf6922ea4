import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ErrorCode, errorKinds, GatewayError } from './errors.ts';
import type { GatewayContext } from './graphql/context.ts';
import type { Answer, AnswerWriter } from './graphql/pipeline/answer.ts';
import type { ExecuteOperation, Execution } from './graphql/pipeline/execute-operation.ts';
import type { FindOperation } from './graphql/pipeline/find-operation.ts';
import { type Parameters, readGetParameters, readPostParameters } from './graphql/pipeline/parameters.ts';
import { RequestError, readJson } from './http/body.ts';
import type { Gate } from './http/gate.ts';
import { abortOnClose, checkAcceptable, readSender, type Sender, sendAnswer } from './http/graphql.ts';
import { createRefuse, type OnRefused, toRefusal } from './http/refusal.ts';
import type { Handler } from './http/server.ts';
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
  readonly find: FindOperation;
  readonly createContext: (sender: Sender, signal: AbortSignal, trace: OperationTrace | undefined) => GatewayContext;
  readonly execute: ExecuteOperation;
  readonly answers: AnswerWriter;
  /** Is called for every request that reached GraphQL. */
  readonly onOperation: (report: OperationReport) => void;
  /** Is called for every request that is answered with an HTTP error status. */
  readonly onRefused: OnRefused;
}

/** Answers GraphQL requests over HTTP: read, admit, find the operation, execute it, answer. */
export function createPipeline(parts: PipelineParts): Handler {
  const { gate, find, execute, answers, onRefused } = parts;
  const refuse = createRefuse(onRefused);
  return async (request, response, { path, search }) => {
    const shed = gate.shed();
    if (shed !== null) return refuse(request, response, shed, path);
    const startedAt = performance.now();
    const sender = readSender(request, parts.isRouter);
    const { requestId, token } = sender;
    const trace = parts.startTrace(request);
    const done: { type?: string; name?: string | undefined; execution?: Execution } = {};
    let answer: Answer;
    try {
      gate.admit(request, token);
      checkAcceptable(request);
      const parameters = await readParameters(request, search, parts);
      gate.begin(token);
      try {
        const found = find(parameters, sender);
        const { operation, name } = found.operation.node;
        Object.assign(done, { type: operation, name: name?.value });
        const abort = abortOnClose(response);
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
        endTrace(trace, { ...done, status: 500, codes: ['INTERNAL_SERVER_ERROR'] });
        throw error;
      }
      if (error instanceof RequestError) {
        const refusal = { ...toRefusal(error), trace: trace?.ids };
        endTrace(trace, { status: refusal.status, codes: [error.code] });
        return refuse(request, response, refusal, path);
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
      ...trace?.ids,
    };
    const { status, codes } = answer;
    endTrace(trace, { ...done, status, codes });
    parts.onOperation(report);
    if (status >= 400) {
      onRefused({ status, method: request.method, path, code: codes[0] ?? 'none', requestId, ...trace?.ids });
    }
    sendAnswer(request, response, sender, answer);
  };
}

type Ending = Partial<Pick<OperationReport, 'type' | 'name'>> & Pick<Answer, 'status' | 'codes'>;

function endTrace(trace: OperationTrace | undefined, { type = 'none', name, status, codes }: Ending): void {
  if (trace === undefined) return;
  const failed = codes.some((code) => !(code in errorKinds) || errorKinds[code as ErrorCode].fault !== 'caller');
  trace.end({ type, name, status, codes, failed });
}

/** Reads the GraphQL parameters of a request: from the body of a `POST`, from the URL of a `GET`. */
async function readParameters(request: IncomingMessage, search: string, parts: PipelineParts): Promise<Parameters> {
  const { maxRequestBytes, gate } = parts;
  if (request.method !== 'POST') return readGetParameters(search);
  return readPostParameters(await readJson(request, maxRequestBytes, gate));
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
