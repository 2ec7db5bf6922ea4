import { type ExecutionResult, type GraphQLError, type GraphQLFormattedError, OperationTypeNode } from 'graphql';
import { type ErrorCode, errorKinds, GatewayError, toErrorBody } from '../../errors.ts';
import type { GatewayContext } from '../context.ts';
import { toLines } from '../documents/source-lines.ts';
import { InvalidRequest } from '../invalid-request.ts';
import { estimateAnswerBytes } from '../limits/answer-bytes.ts';
import { describeError, toErrorCode } from './describe-error.ts';
import type { FoundOperation } from './find-operation.ts';

/** The answer to a GraphQL request. */
export interface Answer {
  readonly status: number;
  /** JSON. */
  readonly body: string;
  /** The codes of the first of its errors. */
  readonly codes: readonly ErrorCode[];
  /** How many seconds to wait before trying again. */
  readonly retryAfter?: number | undefined;
  /** The methods that are allowed, with a status of 405. */
  readonly allow?: string | undefined;
}

export interface AnswerOptions {
  /** Whether clients are told why a request does not fit the schema. */
  readonly showsSchema: boolean;
  /** Is called with defects, with all there is to know about them. */
  readonly onDefect: (error: unknown, requestId: string) => void;
}

/** How many defects of one operation are logged, and how many codes. */
const maxLoggedDefects = 3;
const maxLoggedCodes = 20;

/** Writes the bodies of answers: of operations that were executed, and of requests that are refused. */
export class AnswerWriter {
  readonly #options: AnswerOptions;

  constructor(options: AnswerOptions) {
    this.#options = options;
  }

  /** The answer to an operation that was executed; an error in its place if that is over a limit. */
  async writeResult(result: ExecutionResult, found: FoundOperation, context: GatewayContext): Promise<Answer> {
    const { errors, codes } = this.#describeAll(result.errors ?? [], found, context);
    try {
      const body = { ...(errors.length > 0 && { errors }), data: result.data, extensions: result.extensions };
      return { status: 200, body: await stringifyWithin(body, found, context), codes };
    } catch (error) {
      if (error instanceof GatewayError) return this.writeLost(error, found, context);
      throw error;
    }
  }

  /** The answer to an operation whose own answer cannot be given: only where the process is overloaded it is no 200. */
  writeLost(error: GatewayError, { operation }: FoundOperation, { requestId }: GatewayContext): Answer {
    const { code, message, extensions, details } = error;
    const isWrite = operation.node.operation === OperationTypeNode.MUTATION;
    const outcome = isWrite ? { outcome: 'UNKNOWN' } : {};
    return {
      status: code === 'OVERLOADED' ? errorKinds[code].status : 200,
      body: toErrorBody([{ message, extensions: { ...extensions, ...outcome } }], requestId, null),
      codes: [code],
      retryAfter: details.retryAfter,
    };
  }

  /** The answer to a request of which nothing is executed. */
  writeRefusal(error: GatewayError, requestId: string, isPlainJson: boolean): Answer {
    const { code, details } = error;
    const kind = errorKinds[code];
    return {
      status: details.status ?? (kind.fromGraphQL && isPlainJson ? 200 : kind.status),
      body: toErrorBody(this.#describeRefusal(error), requestId),
      codes: [code],
      retryAfter: details.retryAfter,
      allow: details.allow,
    };
  }

  #describeRefusal(error: GatewayError): GraphQLFormattedError[] {
    const { code, message, extensions } = error;
    if (!(error instanceof InvalidRequest)) return [{ message, extensions }];
    const display = { ...this.#options, toLine: error.toLine };
    return error.mistakes.map((mistake) => describeError(mistake, code, display));
  }

  /** Describes the errors of the result and of rows that were left out, and reports defects among them. */
  #describeAll(resultErrors: readonly GraphQLError[], { document }: FoundOperation, context: GatewayContext) {
    const { rowErrors, requestId, budget } = context;
    if (resultErrors.length + rowErrors.length === 0) return { errors: [], codes: [] };
    const all = rowErrors.length === 0 ? resultErrors : [...resultErrors, ...rowErrors];
    const codes = all.map(toErrorCode);
    const defects = all.filter((_error, index) => codes[index] === 'INTERNAL_SERVER_ERROR');
    for (const defect of defects.slice(0, maxLoggedDefects)) this.#options.onDefect(defect, requestId);

    const display = { ...this.#options, toLine: toLines(document.text) };
    const errors = all
      .slice(0, budget.maxErrors)
      .map((error, index) => describeError(error, codes[index] ?? 'INTERNAL_SERVER_ERROR', display));
    const dropped = all.length - errors.length + budget.droppedErrors;
    if (dropped > 0) {
      errors.push({ message: `${dropped} more errors were left out.`, extensions: { code: codes.at(-1) } });
    }
    return { errors: errors.map((error) => withRequestId(error, requestId)), codes: codes.slice(0, maxLoggedCodes) };
  }
}

function withRequestId(error: GraphQLFormattedError, requestId: string): GraphQLFormattedError {
  return { ...error, extensions: { ...error.extensions, requestId } };
}

/**
 * The body as JSON. It is measured before it is written. A caller whose token upstream has not been asked about may have
 * little: it is asked then.
 *
 * @throws GatewayError if the operation is over a limit.
 */
async function stringifyWithin(body: object, { document }: FoundOperation, { budget, client }: GatewayContext) {
  budget.throwIfExceeded();
  const estimate = estimateAnswerBytes(body, budget.limits.maxAnswerBytes + document.schemaBytes);
  // A token that is refused leaves the limit as it is.
  if (estimate > budget.maxAnswerBytes + document.schemaBytes) await client.verifyToken().catch(() => {});
  budget.checkAnswer(estimate - document.schemaBytes);
  const text = JSON.stringify(body);
  const bytes = Buffer.byteLength(text);
  budget.checkAnswer(bytes - document.schemaBytes);
  budget.hold(bytes);
  return text;
}
