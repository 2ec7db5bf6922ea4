import type { IncomingMessage } from 'node:http';

/**
 * What leads from a log line to a trace, in hexadecimal digits. Source of the names: OpenTelemetry, "Trace Context in
 * non-OTLP Log Formats".
 */
export interface TraceIds {
  readonly trace_id: string;
  readonly span_id: string;
  /** `01` where the trace is sampled. */
  readonly trace_flags: string;
}

/** What is known of an operation when it ends. */
export interface OperationSummary {
  /** `query`, `mutation`, or `none` for a request that was refused before that was known. */
  readonly type: string;
  readonly name: string | undefined;
  /** The status of the HTTP response. */
  readonly status: number;
  /** The codes of its errors. */
  readonly codes: readonly string[];
  /** Whether the operation failed through no fault of its caller. */
  readonly failed: boolean;
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
  /** The path, with the names of ids in place of ids. */
  readonly template: string;
  /** Counted from 1. */
  readonly attempt: number;
}

/** What became of an attempt. */
export interface CallResult {
  /** Undefined where no answer came. */
  readonly status: number | undefined;
  /** Why no answer came; undefined where one did. */
  readonly failure: string | undefined;
}

/** The trace of one attempt. */
export interface CallTrace {
  readonly ids: TraceIds;
  /** Headers that tell upstream its place in the trace: names and values in turn. */
  readonly headers: readonly string[];
  end(result: CallResult): void;
}

/** The part of a request that a trace begins with. */
export type TracedRequest = Pick<IncomingMessage, 'method' | 'headers' | 'httpVersion'>;

/** Begins the trace of a request to `/graphql`. @returns undefined where there is nothing to trace. */
export type StartTrace = (request: TracedRequest) => OperationTrace | undefined;
