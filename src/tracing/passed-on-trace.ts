import type { OperationTrace, TracedRequest } from './trace.ts';

const form = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-|$)/;

/** The flags of version 00 that are forwarded: sampled, and random trace id. */
const knownFlags = 0b11;

/** The maximum length of a forwarded `tracestate`; a longer one is dropped. Source: W3C Trace Context §3.3.1.5. */
const maxStateCharacters = 512;

/**
 * Forwards the caller's trace to upstream, without creating spans.
 *
 * @returns undefined for a request without a valid `traceparent`. Source: W3C Trace Context §3.2.
 */
export function passOnTrace({ headers }: TracedRequest): OperationTrace | undefined {
  const { traceparent, tracestate } = headers;
  if (typeof traceparent !== 'string') return undefined;
  const [, version, traceId = '', spanId = '', flags = ''] = form.exec(traceparent) ?? [];
  if (version === undefined || version === 'ff' || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  const passedFlags = (Number.parseInt(flags, 16) & knownFlags).toString(16).padStart(2, '0');
  const passed = ['traceparent', `00-${traceId}-${spanId}-${passedFlags}`];
  if (isPassable(tracestate)) passed.push('tracestate', tracestate);
  const ids = { trace_id: traceId, span_id: spanId, trace_flags: passedFlags };
  const call = { ids, headers: passed, end: () => {} };
  return { ids, startCall: () => call, end: () => {} };
}

function isPassable(tracestate: string | string[] | undefined): tracestate is string {
  return typeof tracestate === 'string' && tracestate.length <= maxStateCharacters && /^[\x20-\x7e]+$/.test(tracestate);
}
