import type { StartTrace } from './trace.ts';

/** The settings in OpenTelemetry's official variables. */
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
  /** Is called with the numbers of exported and of dropped spans. */
  readonly onSpans: (result: 'sent' | 'dropped', spans: number) => void;
}

/** Traces requests. */
export interface Tracing {
  readonly start: StartTrace;
  /** Sends these headers to the collector from now on; ignores all other settings. */
  reload(settings: Pick<TracingSettings, 'otlpHeaders' | 'otlpTracesHeaders'>): void;
  /** Sends the remaining spans, with a short timeout. */
  close(): Promise<void>;
}
