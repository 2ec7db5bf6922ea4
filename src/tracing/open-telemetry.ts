import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ATTR_ERROR_TYPE,
  ATTR_SERVICE_INSTANCE_ID,
  ATTR_SERVICE_NAME,
  ATTR_SERVICE_VERSION,
  BatchSpanProcessor,
  type BufferConfig,
  CompositePropagator,
  createNoopMeter,
  defaultResource,
  JsonExporter,
  type Meter,
  type MeterProvider,
  NodeTracerProvider,
  ParentBasedSampler,
  ProtobufExporter,
  type Resource,
  resourceFromAttributes,
  type Sampler,
  type SpanExporter,
  type TextMapPropagator,
  TraceIdRatioBasedSampler,
  W3CBaggagePropagator,
  W3CTraceContextPropagator,
} from '../../vendor/open-telemetry.js';
import { createStartTrace } from './traced-operation.ts';
import type { PropagatorName, SamplerName, Tracing, TracingOptions, TracingSettings } from './tracing.ts';

/** Timeout for sending the last spans at shutdown, in milliseconds. */
const closeTimeoutMs = 1_500;

const defaultServiceName = 'image-sharing-gateway';

/**
 * Exports a span for each request and for each of its calls, with OpenTelemetry's own packages. They read further official
 * variables from the environment of the process: `OTEL_BSP_…`, limits, timeout, compression, certificates.
 */
export function startOpenTelemetry(endpoint: URL, { settings, version, onSpans }: TracingOptions): Tracing {
  // The type of this class's options lacks an option that it passes on to its base class.
  const processorConfig: BufferConfig & { readonly selfObsMeterProvider: MeterProvider } = {
    selfObsMeterProvider: createSpanMeter(onSpans),
  };
  let headers = toHeaders(settings);
  const exporter = createExporter(endpoint, settings, async () => headers);
  const provider = new NodeTracerProvider({
    resource: createResource(settings, version),
    sampler: createSampler(settings.tracesSampler, settings.tracesSamplerArg),
    spanProcessors: [new BatchSpanProcessor(exporter, processorConfig)],
  });
  return {
    start: createStartTrace(provider.getTracer(defaultServiceName, version), createPropagator(settings.propagators)),
    reload(read) {
      headers = toHeaders(read);
    },
    async close() {
      // A collector that is down must not delay the end of the process.
      const closed = provider.shutdown().catch(() => {});
      await Promise.race([closed, sleep(closeTimeoutMs, undefined, { ref: false })]);
    },
  };
}

/** `OTEL_RESOURCE_ATTRIBUTES` overrides our own attributes, and `OTEL_SERVICE_NAME` overrides both. */
function createResource({ serviceName, resourceAttributes }: TracingSettings, version: string): Resource {
  return defaultResource().merge(
    resourceFromAttributes({
      [ATTR_SERVICE_NAME]: defaultServiceName,
      [ATTR_SERVICE_VERSION]: version,
      [ATTR_SERVICE_INSTANCE_ID]: randomUUID(),
      ...resourceAttributes,
      ...(serviceName !== null && { [ATTR_SERVICE_NAME]: serviceName }),
    }),
  );
}

type Headers = Readonly<Record<string, string>>;

function toHeaders({ otlpHeaders, otlpTracesHeaders }: Parameters<Tracing['reload']>[0]): Headers {
  return { ...otlpHeaders, ...otlpTracesHeaders };
}

/** @param getHeaders is called for every request to the collector. */
function createExporter(endpoint: URL, settings: TracingSettings, getHeaders: () => Promise<Headers>): SpanExporter {
  const protocol = settings.otlpTracesProtocol ?? settings.otlpProtocol;
  const Exporter = protocol === 'http/json' ? JsonExporter : ProtobufExporter;
  return new Exporter({ url: endpoint.href, headers: getHeaders });
}

function createSampler(name: SamplerName, ratio: number): Sampler {
  switch (name) {
    case 'always_on':
      return new AlwaysOnSampler();
    case 'always_off':
      return new AlwaysOffSampler();
    case 'traceidratio':
      return new TraceIdRatioBasedSampler(ratio);
    case 'parentbased_always_on':
      return new ParentBasedSampler({ root: new AlwaysOnSampler() });
    case 'parentbased_always_off':
      return new ParentBasedSampler({ root: new AlwaysOffSampler() });
    case 'parentbased_traceidratio':
      return new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) });
  }
}

/**
 * The longest `baggage` that is sent upstream, in characters; a longer one is dropped. W3C Baggage allows 8,192, but callers
 * choose it, and a server with small buffers closes the connection (uWSGI: 4,096 bytes for all headers by default). That
 * looks like an upstream that is down.
 */
const maxBaggageCharacters = 1_024;

class BoundedBaggagePropagator extends W3CBaggagePropagator {
  override inject(...[context, carrier, setter]: Parameters<W3CBaggagePropagator['inject']>): void {
    super.inject(context, carrier, {
      set(to, name, value) {
        if (value.length <= maxBaggageCharacters && /^[\x20-\x7e]*$/.test(value)) setter.set(to, name, value);
      },
    });
  }
}

const createPropagators: Readonly<Record<PropagatorName, () => TextMapPropagator[]>> = {
  tracecontext: () => [new W3CTraceContextPropagator()],
  baggage: () => [new BoundedBaggagePropagator()],
  none: () => [],
};

function createPropagator(names: readonly PropagatorName[]): TextMapPropagator {
  return new CompositePropagator({ propagators: names.flatMap((name) => createPropagators[name]()) });
}

/** Counts spans by the SDK's metrics about itself, the only source that includes spans dropped from a full queue. */
function createSpanMeter(onSpans: TracingOptions['onSpans']): MeterProvider {
  const meter: Meter = createNoopMeter();
  const counted: Meter = Object.assign(Object.create(meter), {
    createCounter: (name: string) =>
      name === 'otel.sdk.processor.span.processed'
        ? {
            add: (spans: number, attributes: object = {}) =>
              onSpans(ATTR_ERROR_TYPE in attributes ? 'dropped' : 'sent', spans),
          }
        : meter.createCounter(name),
  });
  return { getMeter: () => counted };
}
