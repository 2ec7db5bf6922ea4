import type { StartTrace } from './trace.ts';

/** What the official variables of OpenTelemetry say. */
export interface TracingSettings {
  readonly otelSdkDisabled: boolean;
  readonly tracesExporter: 'otlp' | 'none';
  readonly otlpEndpoint: URL | null;
  readonly otlpTracesEndpoint: URL | null;
  readonly otlpProtocol: Protocol;
  readonly otlpTracesProtocol: Protocol | null;
  readonly otlpHeaders: Readonly<Record<string, string>>;
  readonly otlpTracesHeaders: Readonly<Record<string, string>>;
  readonly serviceName: string | null;
  readonly resourceAttributes: Readonly<Record<string, string>>;
  readonly tracesSampler: SamplerName;
  readonly tracesSamplerArg: number;
  readonly propagators: readonly PropagatorName[];
}

export type Protocol = 'http/protobuf' | 'http/json';
export type SamplerName =
  | 'always_on'
  | 'always_off'
  | 'traceidratio'
  | 'parentbased_always_on'
  | 'parentbased_always_off'
  | 'parentbased_traceidratio';
export type PropagatorName = 'tracecontext' | 'baggage' | 'none';

export interface TracingOptions {
  readonly settings: TracingSettings;
  /** The version of the gateway. */
  readonly version: string;
  /** Is called with numbers of spans that the collector received, or that were lost. */
  readonly onSpans: (result: 'sent' | 'dropped', spans: number) => void;
}

/** What traces requests. */
export interface Tracing {
  readonly start: StartTrace;
  /** Sends the spans that are left, and gives up after a short time. */
  close(): Promise<void>;
}
