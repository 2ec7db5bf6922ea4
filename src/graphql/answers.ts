import type { ExecutionResult, GraphQLError, GraphQLFormattedError } from 'graphql';
import type { GatewayContext } from './context.ts';
import type { GraphQLHttpAnswer } from './execute.ts';
import { createFormatError, isDefect } from './format-error.ts';

/** One operation that was answered. */
export interface OperationReport {
  /** `query`, `mutation`, or `none` for a request that was refused before that was known. */
  readonly type: string;
  /** The name that the caller gave it. */
  readonly name: string | undefined;
  /** What the caller's program calls itself. */
  readonly client: string | undefined;
  /** The codes of its errors. */
  readonly codes: readonly string[];
  readonly durationMs: number;
  readonly requestId: string;
}

export interface AnswersOptions {
  /** Whether clients are told what of a request does not fit the schema. */
  readonly tellSchema: boolean;
  readonly observe: (report: OperationReport) => void;
  /** Hears of defects, with all there is to know about them. */
  readonly onDefect: (error: unknown, requestId: string) => void;
}

/** An operation as far as it is known when its answer is complete. */
export interface Answered extends Pick<OperationReport, 'type' | 'name' | 'client'> {
  /** On the clock of `performance`. */
  readonly startedAt: number;
}

/** What becomes of errors, and who hears of an answer, however it came about. */
export class Answers {
  readonly format: (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;
  readonly #options: AnswersOptions;

  constructor(options: AnswersOptions) {
    this.#options = options;
    this.format = createFormatError(options.tellSchema);
  }

  /** Reports what went wrong inside. */
  failed(errors: readonly unknown[], requestId: string): void {
    for (const error of errors) if (isDefect(error)) this.#options.onDefect(error, requestId);
  }

  /** The answer to an operation that was executed without Apollo Server. */
  async toHttp(
    executing: Promise<ExecutionResult> | ExecutionResult,
    mediaType: string,
    answered: Answered,
    context: GatewayContext,
  ): Promise<GraphQLHttpAnswer> {
    const { data, errors } = await executing;
    if (errors) this.failed(errors, context.requestId);
    const completed = this.complete(errors ? this.#formatAll(errors) : [], answered, context);
    const body = JSON.stringify({ errors: completed, data });
    return { status: 200, headers: [['content-type', mediaType]], body };
  }

  /** Errors of resolvers, as Apollo Server has them formatted. */
  #formatAll(errors: readonly GraphQLError[]): GraphQLFormattedError[] {
    return errors.map((error) => {
      // The compiler makes errors without any, in spite of their type.
      const given: GraphQLError['extensions'] | undefined = error.extensions;
      const extensions = { ...given, code: given?.['code'] ?? 'INTERNAL_SERVER_ERROR' };
      return this.format({ ...error.toJSON(), extensions }, error);
    });
  }

  /**
   * Reports an answer, and completes its errors: with those of rows that were left out, and with the request id.
   *
   * @returns undefined where there are no errors.
   */
  complete(
    errors: readonly GraphQLFormattedError[],
    { startedAt, ...operation }: Answered,
    { requestId, rowErrors, trace }: GatewayContext,
  ): GraphQLFormattedError[] | undefined {
    const all = rowErrors.length === 0 ? errors : [...errors, ...rowErrors.map((error) => error.toJSON())];
    const report = {
      ...operation,
      codes: all.map(({ extensions }) => String(extensions?.['code'])),
      durationMs: Math.round((performance.now() - startedAt) * 1000) / 1000,
      requestId,
    };
    trace?.end(report);
    this.#options.observe(report);
    if (all.length === 0) return undefined;
    return all.map((error) => ({ ...error, extensions: { ...error.extensions, requestId } }));
  }
}

/** The name of a client, as far as it is one. */
export function readClient(header: string | undefined): string | undefined {
  return header !== undefined && /^[\w .-]{1,60}$/.test(header) ? header : undefined;
}
