import {
  ATTR_ERROR_TYPE,
  ATTR_GRAPHQL_OPERATION_NAME,
  ATTR_GRAPHQL_OPERATION_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_REQUEST_RESEND_COUNT,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_NETWORK_PROTOCOL_VERSION,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_URL_FULL,
  ATTR_URL_PATH,
  ATTR_URL_SCHEME,
  ATTR_URL_TEMPLATE,
  type Context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TextMapPropagator,
  type Tracer,
  trace,
} from '../../vendor/open-telemetry.js';
import { isOursToFix } from '../errors.ts';
import type { CallTrace, OperationSummary, OperationTrace, StartTrace, TracedCall, TraceIds } from './trace.ts';

const route = '/graphql';

/**
 * Creates a span for each request, by the conventions for HTTP servers and GraphQL, and one for each attempt of an
 * upstream call, by those for HTTP clients. The operation's name is the only caller-chosen value in an attribute.
 */
export function createStartTrace(tracer: Tracer, propagator: TextMapPropagator): StartTrace {
  return ({ method = 'GET', headers, httpVersion }) => {
    const parent = propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
    const span = tracer.startSpan(
      'GraphQL Operation',
      {
        kind: SpanKind.SERVER,
        attributes: {
          [ATTR_HTTP_REQUEST_METHOD]: method,
          [ATTR_HTTP_ROUTE]: route,
          [ATTR_URL_PATH]: route,
          [ATTR_URL_SCHEME]: 'http',
          [ATTR_NETWORK_PROTOCOL_VERSION]: httpVersion,
        },
      },
      parent,
    );
    return new TracedOperation(tracer, propagator, span, trace.setSpan(parent, span));
  };
}

class TracedOperation implements OperationTrace {
  readonly ids: TraceIds;
  readonly #tracer: Tracer;
  readonly #propagator: TextMapPropagator;
  readonly #span: Span;
  readonly #context: Context;
  /** The trace of every call of an operation that is not sampled. */
  #unsampled: CallTrace | undefined;

  constructor(tracer: Tracer, propagator: TextMapPropagator, span: Span, context: Context) {
    this.ids = toIds(span);
    this.#tracer = tracer;
    this.#propagator = propagator;
    this.#span = span;
    this.#context = context;
  }

  startCall(call: TracedCall): CallTrace {
    if (!this.#span.isRecording()) {
      this.#unsampled ??= { ids: this.ids, headers: this.#toHeaders(this.#context), end: () => {} };
      return this.#unsampled;
    }
    const span = startCallSpan(this.#tracer, call, this.#context);
    return {
      ids: toIds(span),
      headers: this.#toHeaders(trace.setSpan(this.#context, span)),
      end({ status, failure }) {
        if (status !== undefined) span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, status);
        const error = failure ?? (status !== undefined && status >= 400 ? String(status) : undefined);
        endSpan(span, error, error !== undefined);
      },
    };
  }

  /** Errors caused by callers leave the status of the span unset. Source: semantic conventions for HTTP spans, "Status". */
  end({ type, name, status, codes }: OperationSummary): void {
    const span = this.#span;
    if (!span.isRecording()) return;
    span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, status);
    if (type !== 'none') {
      // The span's name does not include the operation's name, because callers choose it.
      span.updateName(type);
      span.setAttribute(ATTR_GRAPHQL_OPERATION_TYPE, type);
      if (name !== undefined) span.setAttribute(ATTR_GRAPHQL_OPERATION_NAME, name);
    }
    endSpan(span, codes[0], isOursToFix(codes) || status >= 500);
  }

  #toHeaders(context: Context): string[] {
    const carrier: Record<string, string> = {};
    this.#propagator.inject(context, carrier, defaultTextMapSetter);
    return Object.entries(carrier).flat();
  }
}

function startCallSpan(tracer: Tracer, { method, origin, template, attempt }: TracedCall, parent: Context): Span {
  const { hostname, port, protocol } = new URL(origin);
  return tracer.startSpan(
    `${method} ${template}`,
    {
      kind: SpanKind.CLIENT,
      attributes: {
        [ATTR_HTTP_REQUEST_METHOD]: method,
        [ATTR_SERVER_ADDRESS]: hostname,
        [ATTR_SERVER_PORT]: Number(port) || (protocol === 'https:' ? 443 : 80),
        [ATTR_URL_FULL]: origin + template,
        [ATTR_URL_TEMPLATE]: template,
        ...(attempt > 1 && { [ATTR_HTTP_REQUEST_RESEND_COUNT]: attempt - 1 }),
      },
    },
    parent,
  );
}

function endSpan(span: Span, error: string | undefined, failed: boolean): void {
  if (error !== undefined) span.setAttribute(ATTR_ERROR_TYPE, error);
  if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

function toIds(span: Span): TraceIds {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return { trace_id: traceId, span_id: spanId, trace_flags: traceFlags.toString(16).padStart(2, '0') };
}
