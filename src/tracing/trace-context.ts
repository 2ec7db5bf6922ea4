import { randomBytes } from 'node:crypto';

/** Where a request stands in a trace. Source: W3C Trace Context, "traceparent". */
export interface TraceContext {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
}

const form = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-|$)/;

/** Reads a `traceparent`; undefined for one that is none. */
export function parseTraceparent(header: string | string[] | undefined): TraceContext | undefined {
  const [, version, traceId = '', spanId = '', flags = ''] = form.exec(typeof header === 'string' ? header : '') ?? [];
  if (version === undefined || version === 'ff' || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

export function toTraceparent({ traceId, spanId, sampled }: TraceContext): string {
  return `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;
}

/** A place below this one, or the first of a new trace. */
export function createBelow(parent: TraceContext | undefined): TraceContext {
  return {
    traceId: parent?.traceId ?? randomBytes(16).toString('hex'),
    spanId: randomBytes(8).toString('hex'),
    sampled: parent?.sampled ?? true,
  };
}
