import { Counter, Gauge, Histogram } from 'prom-client';
import type { TraceIds } from '../tracing/trace.ts';
import { CappedLabel } from './capped-label.ts';
import type { MetricsRegistry } from './registry.ts';
import { createTally, type Tally } from './tally.ts';

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Maximum number of operation and client names used as labels, in addition to those in the manifest. */
const maxNames = 100;
const maxClients = 20;

/** The measurements of one upstream attempt. */
export interface AttemptMeasures extends Partial<TraceIds> {
  readonly operation: string;
  readonly status: number | undefined;
  readonly failure: string | undefined;
  readonly attempt: number;
  readonly durationMs: number;
}

/** The measurements of one GraphQL operation. */
export interface OperationMeasures extends Partial<TraceIds> {
  readonly type: string;
  readonly name: string | undefined;
  readonly client: string | undefined;
  /** How it was executed; undefined if it was not. */
  readonly execution: string | undefined;
  /** The codes of its first errors. */
  readonly codes: readonly string[];
  readonly durationMs: number;
}

/** The state of one connection to upstream. */
export interface UpstreamReadings {
  /** The calls in progress, and those that wait for their turn. */
  readonly queue: { readonly inside: number; readonly waiting: number };
  readonly breaker: { readonly open: boolean };
}

/** Values that are read for each scrape. */
export interface Readings {
  readonly running: () => number;
  readonly connections: () => number;
  readonly memoryPercent: () => number;
  readonly receivingBytes: () => number;
  readonly workingBytes: () => number;
  readonly eventLoopDelayMs: () => number;
  /** The connections to upstream, by service. */
  readonly upstreams: Readonly<Record<string, UpstreamReadings>>;
  /** Numbers of reads and of loads, by loader: a load is a read that the request's cache could not answer. */
  readonly loaders: Readonly<Record<string, { readonly reads: number; readonly loads: number }>>;
}

/** The gateway's own metrics. The number of caller-chosen label values is limited. */
export class Metrics {
  readonly #registry: MetricsRegistry;
  readonly #attempts: Histogram<'operation' | 'result'>;
  readonly #retries: Counter<'operation'>;
  readonly #durations: Histogram<'type' | 'result'>;
  readonly #operations: Tally;
  readonly #executions: Tally;
  readonly #shed: Counter<'reason'>;
  readonly #refusedRequests: Counter<'status'>;
  readonly #refused: Counter<'service' | 'reason'>;
  readonly #dropped: Counter<'operation'>;
  readonly #untrusted: Counter;
  readonly #spans: Counter<'result'>;
  readonly #names = new CappedLabel(maxNames);
  readonly #clients = new CappedLabel(maxClients);

  /** @param version of the gateway. */
  constructor(registry: MetricsRegistry, version: string) {
    this.#registry = registry;
    const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
      new Counter({ name: `image_gateway_${name}`, help, labelNames, registers: [registry] });
    const tally = (name: string, help: string, labelNames: readonly string[]) =>
      createTally(`image_gateway_${name}`, help, labelNames, registry);
    const histogram = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
      new Histogram({
        name: `image_gateway_${name}`,
        help,
        labelNames,
        buckets: seconds,
        enableExemplars: true,
        registers: [registry],
      });

    this.#attempts = histogram(
      'upstream_attempt_duration_seconds',
      'Requests to the Images API by operation, and by status or failure.',
      ['operation', 'result'],
    );
    this.#retries = counter('upstream_retries_total', 'Retries of requests to the Images API.', ['operation']);
    this.#durations = histogram(
      'operation_duration_seconds',
      'GraphQL operations by type, and by whether the answer has errors.',
      ['type', 'result'],
    );
    this.#operations = tally(
      'operations_total',
      'GraphQL operations by operation name and client name, and by whether the answer has errors.',
      ['name', 'client', 'result'],
    );
    this.#executions = tally(
      'executions_total',
      'Executed GraphQL operations: compiled, or by the reason why Apollo Server executed them.',
      ['execution'],
    );
    this.#shed = counter('shed_total', 'Requests that were refused because of overload or a rate limit, by reason.', [
      'reason',
    ]);
    this.#refusedRequests = counter(
      'refused_requests_total',
      'Requests that were answered with an HTTP error status, by status.',
      ['status'],
    );
    this.#refused = counter(
      'upstream_refused_total',
      'Calls that were refused before they were sent, because the queue is full or the breaker is open, by service and reason.',
      ['service', 'reason'],
    );
    this.#dropped = counter(
      'upstream_dropped_rows_total',
      'Rows from the Images API that were omitted from answers because they are invalid, by operation.',
      ['operation'],
    );
    this.#untrusted = counter(
      'untrusted_documents_total',
      'Operations whose document is not in the manifest of trusted documents.',
      [],
    );
    this.#spans = counter('spans_total', 'Spans, by whether the collector accepted them.', ['result']);
    this.#showVersion(version);
  }

  /** Adds the gauges, whose values are read for each scrape. */
  read({ loaders, upstreams, ...readings }: Readings): void {
    this.#gauge('operations_running', 'Running GraphQL operations.', readings.running);
    this.#gauge('connections', 'Open connections of callers.', readings.connections);
    this.#gauge(
      'memory_used_ratio',
      'Memory in use, as a share of the limit of the heap or of the process, whichever is closer to its limit.',
      () => readings.memoryPercent() / 100,
    );
    this.#gauge('receiving_bytes', 'Size of the request bodies that are being received.', readings.receivingBytes);
    this.#gauge('working_bytes', 'Estimated memory that operations hold.', readings.workingBytes);
    this.#gauge(
      'event_loop_delay_seconds',
      'The latest measured event-loop delay.',
      () => readings.eventLoopDelayMs() / 1000,
    );
    const ofUpstreams = this.#gaugesOf('service', upstreams);
    ofUpstreams('upstream_calls', 'Calls in progress, by service.', ({ queue }) => queue.inside);
    ofUpstreams(
      'upstream_waiting_calls',
      'Calls that wait for a connection, by service.',
      ({ queue }) => queue.waiting,
    );
    ofUpstreams(
      'upstream_breaker_open',
      '1 while the circuit breaker of a service is open: calls to it then fail immediately.',
      ({ breaker }) => Number(breaker.open),
    );
    const ofLoaders = this.#gaugesOf('loader', loaders);
    ofLoaders('loader_reads', 'Reads by resolvers since the start.', ({ reads }) => reads);
    ofLoaders(
      'loader_loads',
      'Reads since the start that the cache of their operation could not answer.',
      ({ loads }) => loads,
    );
  }

  /** Always uses these operation names as labels, however many names callers have chosen. */
  keepNames(names: ReadonlySet<string>): void {
    this.#names.keep(names);
  }

  refused(service: string, reason: string): void {
    this.#refused.inc({ service, reason });
  }

  refusedRequest(status: number): void {
    this.#refusedRequests.inc({ status });
  }

  dropped(operation: string, rows: number): void {
    this.#dropped.inc({ operation }, rows);
  }

  shed(reason: string): void {
    this.#shed.inc({ reason });
  }

  untrusted(): void {
    this.#untrusted.inc();
  }

  spans(result: 'sent' | 'dropped', count: number): void {
    this.#spans.inc({ result }, count);
  }

  attempt(measures: AttemptMeasures): void {
    const { operation, status, failure, attempt } = measures;
    observe(this.#attempts, { operation, result: failure ?? String(status) }, measures);
    if (attempt > 1) this.#retries.inc({ operation });
  }

  operation(measures: OperationMeasures): void {
    const { type, codes, execution } = measures;
    const result = codes.length > 0 ? 'error' : 'ok';
    observe(this.#durations, { type, result }, measures);
    const [name, client] = [this.#names.of(measures.name), this.#clients.of(measures.client)];
    this.#operations.of(name).of(client).of(result).add();
    if (execution !== undefined) this.#executions.of(execution).add();
  }

  #showVersion(version: string): void {
    new Gauge({
      name: 'image_gateway_build_info',
      help: 'Always 1; the label is the version of the gateway.',
      labelNames: ['version'],
      registers: [this.#registry],
    }).set({ version }, 1);
  }

  /** @returns a function that creates a gauge with one series for each of these objects, labelled with its key. */
  #gaugesOf<T>(label: string, sources: Readonly<Record<string, T>>) {
    const registers = [this.#registry];
    return (name: string, help: string, read: (source: T) => number): void => {
      new Gauge({
        name: `image_gateway_${name}`,
        help,
        labelNames: [label],
        registers,
        collect() {
          for (const [key, source] of Object.entries(sources)) this.set({ [label]: key }, read(source));
        },
      });
    };
  }

  #gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name: `image_gateway_${name}`,
      help,
      registers: [this.#registry],
      collect() {
        this.set(read());
      },
    });
  }
}

/** Observes a duration, with its trace as the exemplar. */
function observe(
  histogram: Histogram,
  labels: Readonly<Record<string, string>>,
  measures: Partial<TraceIds> & { readonly durationMs: number },
): void {
  histogram.observe({ labels, value: measures.durationMs / 1000, exemplarLabels: toExemplar(measures) });
}

const noExemplar = {};

/** A histogram points to traces that are kept. */
function toExemplar({ trace_id, span_id, trace_flags }: Partial<TraceIds>): Record<string, string> {
  if (trace_flags === undefined) return noExemplar;
  const isSampled = (Number.parseInt(trace_flags, 16) & 1) === 1;
  return isSampled && trace_id !== undefined && span_id !== undefined ? { trace_id, span_id } : noExemplar;
}
