import { request } from 'undici';
import type { Export, Span } from './tracer.ts';

export interface OtlpOptions {
  readonly endpoint: URL;
  readonly serviceName: string;
  /** Is called with the result of each export. */
  readonly onDone: (result: 'sent' | 'dropped', spans: number) => void;
}

/** Sends spans to a collector, some at a time. */
export interface OtlpExporter {
  readonly export: Export;
  /** Sends what is left, if that can be done soon. */
  close(): Promise<void>;
}

/** How many spans may wait; more are dropped. */
const maxWaiting = 2_048;
const intervalMs = 1_000;
const timeoutMs = 2_000;

/**
 * Exports spans by OTLP over HTTP, as JSON. A collector that is slow or down costs spans and nothing else.
 * Source: OpenTelemetry protocol specification, "OTLP/HTTP", "JSON Protobuf Encoding".
 */
export function createOtlpExporter({ endpoint, serviceName, onDone }: OtlpOptions): OtlpExporter {
  let waiting: Span[] = [];
  let sending: Promise<void> | undefined;

  async function send(spans: readonly Span[]): Promise<void> {
    try {
      const { statusCode, body } = await request(endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(toOtlp(spans, serviceName)),
        signal: AbortSignal.timeout(timeoutMs),
      });
      await body.dump();
      onDone(statusCode < 300 ? 'sent' : 'dropped', spans.length);
    } catch {
      onDone('dropped', spans.length);
    }
  }

  function flush(): void {
    if (sending !== undefined || waiting.length === 0) return;
    const spans = waiting;
    waiting = [];
    sending = send(spans).finally(() => {
      sending = undefined;
    });
  }

  const timer = setInterval(flush, intervalMs).unref();
  return {
    export(span) {
      if (waiting.length < maxWaiting) waiting.push(span);
      else onDone('dropped', 1);
    },
    async close() {
      clearInterval(timer);
      await sending;
      flush();
      await sending;
    },
  };
}

function toOtlp(spans: readonly Span[], serviceName: string): object {
  const resource = { attributes: toAttributes({ 'service.name': serviceName }) };
  return {
    resourceSpans: [{ resource, scopeSpans: [{ scope: { name: serviceName }, spans: spans.map(toOtlpSpan) }] }],
  };
}

function toOtlpSpan({ context, parentSpanId, name, kind, start, end, attributes, failed }: Span): object {
  return {
    traceId: context.traceId,
    spanId: context.spanId,
    ...(parentSpanId !== undefined && { parentSpanId }),
    name,
    kind: kind === 'server' ? 2 : 3,
    startTimeUnixNano: toNanoseconds(start),
    endTimeUnixNano: toNanoseconds(end),
    attributes: toAttributes(attributes),
    status: failed ? { code: 2 } : {},
  };
}

function toAttributes(attributes: Span['attributes']): object[] {
  return Object.entries(attributes).flatMap(([key, value]) => {
    if (value === undefined) return [];
    return [{ key, value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value } }];
  });
}

/** As text: more than a number of JSON holds exactly. */
function toNanoseconds(ms: number): string {
  return String(BigInt(Math.round(ms * 1000)) * 1000n);
}
