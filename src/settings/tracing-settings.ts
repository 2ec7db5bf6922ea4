import { choice, flag, optional, text } from './setting.ts';
import { matching, parseHttpUrl, parseKeyValues, parseTracesEndpoint, parseWords } from './value-parsers.ts';

const protocols = ['http/protobuf', 'http/json'] as const;

/** Traces, by OpenTelemetry's official variables. Source: OpenTelemetry, "Environment Variable Specification". */
export const tracingSettings = {
  otelSdkDisabled: flag({
    name: 'OTEL_SDK_DISABLED',
    default: false,
    meaning:
      'Turns traces off, regardless of other settings. The `traceparent` and `tracestate` of callers are still forwarded.',
  }),
  tracesExporter: choice({
    name: 'OTEL_TRACES_EXPORTER',
    words: ['otlp', 'none'],
    default: 'otlp',
    meaning: 'Exporter of traces, if an endpoint is set.',
  }),
  otlpEndpoint: optional({
    name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    defaultText: 'unset: no traces',
    takes: 'http or https URL',
    meaning: 'Collector that traces are sent to, by OTLP over HTTP; `/v1/traces` is added.',
    parse: parseTracesEndpoint,
  }),
  otlpTracesEndpoint: optional({
    name: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    defaultText: 'unset: below `OTEL_EXPORTER_OTLP_ENDPOINT`',
    takes: 'http or https URL',
    meaning: 'Complete URL that traces are sent to; nothing is added.',
    parse: parseHttpUrl,
  }),
  otlpProtocol: choice({
    name: 'OTEL_EXPORTER_OTLP_PROTOCOL',
    words: protocols,
    default: 'http/protobuf',
    meaning: 'Encoding of requests to the collector.',
  }),
  otlpTracesProtocol: optional({
    name: 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL',
    defaultText: 'unset: `OTEL_EXPORTER_OTLP_PROTOCOL`',
    takes: protocols.join(' or '),
    meaning: 'Encoding of traces; overrides `OTEL_EXPORTER_OTLP_PROTOCOL`.',
    parse: (value) => protocols.find((protocol) => protocol === value),
  }),
  otlpHeaders: text({
    name: 'OTEL_EXPORTER_OTLP_HEADERS',
    default: '',
    takes: '`name=value` pairs separated by commas, values percent-encoded',
    meaning: 'Headers of every request to the collector, such as an API key.',
    parse: (value) => parseKeyValues(value, /^[\w!#$%&'*+.^`|~-]+$/),
    isSecret: true,
  }),
  otlpTracesHeaders: text({
    name: 'OTEL_EXPORTER_OTLP_TRACES_HEADERS',
    default: '',
    takes: '`name=value` pairs separated by commas, values percent-encoded',
    meaning: 'Headers of requests with traces; override those in `OTEL_EXPORTER_OTLP_HEADERS`.',
    parse: (value) => parseKeyValues(value, /^[\w!#$%&'*+.^`|~-]+$/),
    isSecret: true,
  }),
  serviceName: optional({
    name: 'OTEL_SERVICE_NAME',
    defaultText: 'unset: `service.name` of `OTEL_RESOURCE_ATTRIBUTES`, else image-sharing-gateway',
    takes: '1 to 100 letters, digits, `.`, `_` or `-`',
    meaning: 'Name of the gateway in traces.',
    parse: matching(/^[\w.-]{1,100}$/),
  }),
  resourceAttributes: text({
    name: 'OTEL_RESOURCE_ATTRIBUTES',
    default: '',
    takes: '`name=value` pairs separated by commas, values percent-encoded',
    meaning: 'Further attributes of this process in traces, such as `deployment.environment.name=production`.',
    parse: (value) => parseKeyValues(value, /^[\x21-\x7e]{1,255}$/),
  }),
  tracesSampler: choice({
    name: 'OTEL_TRACES_SAMPLER',
    words: [
      'always_on',
      'always_off',
      'traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
    ],
    default: 'parentbased_always_on',
    meaning: 'Selects the requests to trace. `parentbased_…` follows the decision of the caller, if there is one.',
  }),
  tracesSamplerArg: text({
    name: 'OTEL_TRACES_SAMPLER_ARG',
    default: '1',
    takes: 'number from 0 to 1',
    meaning: 'Share of the requests that are traced by `traceidratio` and `parentbased_traceidratio`.',
    parse: (value) => (/^(?:0?\.\d{1,10}|[01](?:\.0*)?|0\.\d{1,10})$/.test(value) ? Number(value) : undefined),
  }),
  propagators: text({
    name: 'OTEL_PROPAGATORS',
    default: 'tracecontext',
    takes: '`tracecontext`, `baggage`, both separated by a comma, or `none`',
    meaning:
      'Headers of callers that are forwarded upstream: `tracecontext` for `traceparent` and `tracestate`, also without an ' +
      'endpoint; `baggage`, of at most 1,024 characters, only with one. Unlike in OpenTelemetry, `baggage` is not the ' +
      'default, because callers choose its content.',
    parse: (value) => parseWords(value, ['tracecontext', 'baggage', 'none']),
  }),
};
