import { createBelow, parseTraceparent, type TraceContext, toTraceparent } from './trace-context.ts';

/** Something that took time, as it is exported. No attribute holds a value that a caller sent. */
export interface Span {
  readonly context: TraceContext;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly kind: 'server' | 'client';
  /** Milliseconds since 1970, with fractions. */
  readonly start: number;
  readonly end: number;
  readonly attributes: Readonly<Record<string, string | number | undefined>>;
  readonly failed: boolean;
}

/** Takes spans that are over; never throws, never waits. */
export type Export = (span: Span) => void;

/** What an operation was, known at its end. */
export interface OperationSummary {
  readonly type: string;
  readonly name: string | undefined;
  readonly codes: readonly string[];
}

/** What a call to upstream is told apart by. */
export interface CallSummary {
  readonly operation: string;
  readonly method: string;
  readonly attempt: number;
  readonly status: number | undefined;
  readonly failure: string | undefined;
}

/** The trace of one operation. */
export class OperationTrace {
  readonly #export: Export | undefined;
  readonly #parent: TraceContext | undefined;
  readonly #context: TraceContext;
  readonly #start = now();

  constructor(parent: TraceContext | undefined, exportSpan: Export | undefined) {
    this.#parent = parent;
    // Who only passes a trace on takes no place in it.
    this.#context = parent !== undefined && exportSpan === undefined ? parent : createBelow(parent);
    this.#export = this.#context.sampled ? exportSpan : undefined;
  }

  /** A call to upstream begins. */
  startCall(): CallTrace {
    return new CallTrace(this.#context, this.#export);
  }

  end({ type, name, codes }: OperationSummary): void {
    this.#export?.({
      context: this.#context,
      parentSpanId: this.#parent?.spanId,
      name: name === undefined ? type : `${type} ${name}`,
      kind: 'server',
      start: this.#start,
      end: now(),
      attributes: {
        'graphql.operation.type': type,
        'graphql.operation.name': name,
        'error.type': codes.length > 0 ? [...new Set(codes)].join(' ') : undefined,
      },
      failed: codes.length > 0,
    });
  }
}

/** The trace of one attempt. */
export class CallTrace {
  readonly #parent: TraceContext;
  readonly #context: TraceContext;
  readonly #export: Export | undefined;
  readonly #start = now();

  constructor(parent: TraceContext, exportSpan: Export | undefined) {
    this.#parent = parent;
    this.#context = exportSpan === undefined ? parent : createBelow(parent);
    this.#export = exportSpan;
  }

  /** The header that tells upstream where it stands. */
  get traceparent(): string {
    return toTraceparent(this.#context);
  }

  end({ operation, method, attempt, status, failure }: CallSummary): void {
    this.#export?.({
      context: this.#context,
      parentSpanId: this.#parent.spanId,
      name: operation,
      kind: 'client',
      start: this.#start,
      end: now(),
      attributes: {
        'http.request.method': method,
        'http.response.status_code': status,
        'http.request.resend_count': attempt > 1 ? attempt - 1 : undefined,
        'error.type': failure,
      },
      failed: failure !== undefined || (status ?? 0) >= 500,
    });
  }
}

/**
 * Begins the trace of an operation: where traces are exported, of every one; else only to pass on the caller's.
 *
 * @returns undefined where there is nothing to do.
 */
export function startTrace(
  traceparent: string | string[] | undefined,
  exportSpan: Export | undefined,
): OperationTrace | undefined {
  if (traceparent === undefined && exportSpan === undefined) return undefined;
  const parent = parseTraceparent(traceparent);
  return parent === undefined && exportSpan === undefined ? undefined : new OperationTrace(parent, exportSpan);
}

function now(): number {
  return performance.timeOrigin + performance.now();
}
