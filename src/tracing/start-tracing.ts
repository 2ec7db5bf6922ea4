import { passOnTrace } from './passed-on-trace.ts';
import type { Tracing, TracingOptions } from './tracing.ts';

/**
 * Starts tracing. OpenTelemetry is loaded only where spans are exported: where an endpoint is set, and neither the SDK nor
 * the exporter is turned off. Otherwise the traces of callers are passed on.
 */
export async function startTracing(options: TracingOptions): Promise<Tracing> {
  const { otelSdkDisabled, tracesExporter, otlpEndpoint, otlpTracesEndpoint, propagators } = options.settings;
  const endpoint = otlpTracesEndpoint ?? otlpEndpoint;
  if (endpoint !== null && !otelSdkDisabled && tracesExporter === 'otlp') {
    const { startOpenTelemetry } = await import('./open-telemetry.ts');
    return startOpenTelemetry(endpoint, options);
  }
  const start = propagators.includes('tracecontext') ? passOnTrace : () => undefined;
  return { start, reload: () => {}, close: async () => {} };
}
