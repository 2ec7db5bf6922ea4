import { type ExecutionResult, type GraphQLError, type GraphQLFormattedError, OperationTypeNode } from 'graphql';
import { type ErrorCode, errorKinds, GatewayError, toErrorBody } from '../../errors.ts';
import type { GatewayContext } from '../context.ts';
import { toLines } from '../documents/source-lines.ts';
import { InvalidRequest } from '../invalid-request.ts';
import { estimateAnswerBytes } from '../limits/answer-bytes.ts';
import { describeError, toErrorCode } from './describe-error.ts';
import type { FoundOperation } from './find-operation.ts';

/** The response to a GraphQL request. */
export interface Answer {
  readonly status: number;
  /** JSON. */
  readonly body: string;
  /** The size of the body, if it was measured. */
  readonly bytes?: number;
  /** The codes of its first errors. */
  readonly codes: readonly ErrorCode[];
  /** Seconds to wait before a retry. */
  readonly retryAfter?: number | undefined;
  /** The allowed methods, with status 405. */
  readonly allow?: string | undefined;
}

export interface AnswerOptions {
  /** Whether error messages may reveal the schema. */
  readonly showsSchema: boolean;
  /** Is called with the original error of every bug. */
  readonly onDefect: (error: unknown, requestId: string) => void;
}

/** Maximum number of bugs, and of codes, that are logged for one operation. */
const maxLoggedDefects = 3;
const maxLoggedCodes = 20;

/** Writes the responses to executed operations and to refused requests. */
export class AnswerWriter {
  readonly #options: AnswerOptions;

  constructor(options: AnswerOptions) {
    this.#options = options;
  }

  /**
   * The response to an executed operation, or an error if that response exceeds a limit. Its size is estimated before it
   * is serialised. If it is too large for an unverified token, the token is verified first.
   */
  async writeResult(result: ExecutionResult, found: FoundOperation, context: GatewayContext): Promise<Answer> {
    const { errors, codes } = this.#describeAll(result.errors ?? [], found, context);
    const { budget, client } = context;
    const { schemaBytes } = found.operation;
    try {
      budget.throwIfExceeded();
      const { data, extensions } = result;
      const body = errors.length > 0 ? { errors, data, extensions } : { data, extensions };
      const estimate = estimateAnswerBytes(body, budget.limits.maxAnswerBytes + schemaBytes);
      // If upstream rejects the token, the lower limit applies.
      if (estimate > budget.maxAnswerBytes + schemaBytes) await client.verifyToken().catch(() => {});
      budget.checkAnswer(estimate - schemaBytes);
      const text = JSON.stringify(body);
      const bytes = Buffer.byteLength(text);
      budget.checkAnswer(bytes - schemaBytes);
      budget.hold(bytes);
      return { status: 200, body: text, bytes, codes };
    } catch (error) {
      if (error instanceof GatewayError) return this.writeLost(error, found, context);
      throw error;
    }
  }

  /** The response to an operation whose result is discarded. Status 200, unless the process is overloaded. */
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

  /** The response to a request that is refused before execution. */
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

  /** Describes the errors of the result and of rows that were left out, and reports bugs among them. */
  #describeAll(resultErrors: readonly GraphQLError[], { document }: FoundOperation, context: GatewayContext) {
    const { rowErrors, requestId, budget } = context;
    if (resultErrors.length + rowErrors.length === 0) return { errors: [], codes: [] };
    const all = [...resultErrors, ...rowErrors.toSorted(byPath)];
    const codes = all.map(toErrorCode);
    const defects = all.filter((_error, index) => codes[index] === 'INTERNAL_SERVER_ERROR');
    for (const defect of defects.slice(0, maxLoggedDefects)) this.#options.onDefect(defect, requestId);

    const display = { ...this.#options, toLine: toLines(document.text) };
    const errors = all.slice(0, budget.maxErrors).map((error) => describeError(error, toErrorCode(error), display));
    const dropped = all.length - errors.length + budget.droppedErrors;
    if (dropped > 0) {
      errors.push({ message: `${dropped} more errors were left out.`, extensions: { code: codes.at(-1) } });
    }
    return { errors: errors.map((error) => withRequestId(error, requestId)), codes: codes.slice(0, maxLoggedCodes) };
  }
}

/** Orders errors by path. Rows that are handled concurrently fail in any order, but a response must not depend on it. */
function byPath({ path: one = [] }: GraphQLError, { path: other = [] }: GraphQLError): number {
  const at = one.findIndex((key, index) => key !== other[index]);
  const [key, otherKey] = [one[at], other[at]];
  if (key === undefined || otherKey === undefined) return one.length - other.length;
  return key < otherKey ? -1 : 1;
}

function withRequestId(error: GraphQLFormattedError, requestId: string): GraphQLFormattedError {
  return { ...error, extensions: { ...error.extensions, requestId } };
}
