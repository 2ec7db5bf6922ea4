import type { IncomingMessage } from 'node:http';

/**
 * The ids that connect a log line with a trace, in hexadecimal digits. Source of the names: OpenTelemetry, "Trace Context
 * in non-OTLP Log Formats".
 */
export interface TraceIds {
  readonly trace_id: string;
  readonly span_id: string;
  /** `01` if the trace is sampled. */
  readonly trace_flags: string;
}

/** The result of an operation. */
export interface OperationSummary {
  /** `query`, `mutation`, or `none` if the request was refused before the operation was known. */
  readonly type: string;
  readonly name: string | undefined;
  /** The status of the HTTP response. */
  readonly status: number;
  /** The codes of its errors. */
  readonly codes: readonly string[];
}

/** The trace of one operation. */
export interface OperationTrace {
  readonly ids: TraceIds;
  /** Must be called before each attempt of an upstream call; its `end` must follow. */
  startCall(call: TracedCall): CallTrace;
  end(summary: OperationSummary): void;
}

/** One attempt of an upstream call. */
export interface TracedCall {
  readonly method: string;
  /** Scheme, host and port. */
  readonly origin: string;
  /** The path, with placeholders in place of ids. */
  readonly template: string;
  /** Counted from 1. */
  readonly attempt: number;
}

/** The result of an attempt. */
export interface CallResult {
  /** Undefined if there was no answer. */
  readonly status: number | undefined;
  /** Why there was no answer; undefined if there was one. */
  readonly failure: string | undefined;
}

/** The trace of one attempt. */
export interface CallTrace {
  readonly ids: TraceIds;
  /** The trace headers to send upstream: alternating names and values. */
  readonly headers: readonly string[];
  end(result: CallResult): void;
}

/** The part of a request that is needed to start its trace. */
export type TracedRequest = Pick<IncomingMessage, 'method' | 'headers' | 'httpVersion'>;

/** Starts the trace of a request to `/graphql`. @returns undefined if there is nothing to trace. */
export type StartTrace = (request: TracedRequest) => OperationTrace | undefined;
