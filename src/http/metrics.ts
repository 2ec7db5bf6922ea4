import { Counter, Gauge, Histogram } from 'prom-client';
import type { TraceIds } from '../tracing/trace.ts';
import { CappedLabel } from './capped-label.ts';
import type { MetricsRegistry } from './registry.ts';

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** How many names of operations and of clients are told apart, beside those that the operator knows. */
const maxNames = 100;
const maxClients = 20;

/** What is measured of calls to the Images API. */
export interface AttemptMeasures extends Partial<TraceIds> {
  readonly operation: string;
  readonly status: number | undefined;
  readonly failure: string | undefined;
  readonly attempt: number;
  readonly durationMs: number;
}

/** What is measured of GraphQL operations. */
export interface OperationMeasures extends Partial<TraceIds> {
  readonly type: string;
  readonly name: string | undefined;
  readonly client: string | undefined;
  /** How it was executed; undefined where it was not. */
  readonly execution: string | undefined;
  readonly failed: boolean;
  readonly durationMs: number;
}

/** What is read whenever metrics are asked for. */
export interface Readings {
  readonly running: () => number;
  readonly connections: () => number;
  readonly memoryPercent: () => number;
  readonly receivingBytes: () => number;
  readonly workingBytes: () => number;
  readonly eventLoopDelayMs: () => number;
  readonly calls: () => number;
  readonly waitingCalls: () => number;
  readonly breakerOpen: () => boolean;
  /** By kind: how often something was asked for, and how often that took more than what was known already. */
  readonly loaders: Readonly<Record<string, { readonly reads: number; readonly loads: number }>>;
}

/** The gateway's own metrics, kept in the given registry. What callers choose freely is a label only up to a bound. */
export class Metrics {
  readonly #registry: MetricsRegistry;
  readonly #attempts: Histogram<'operation' | 'result'>;
  readonly #retries: Counter<'operation'>;
  readonly #durations: Histogram<'type' | 'result'>;
  readonly #operations: Counter<'name' | 'client' | 'result'>;
  readonly #executions: Counter<'execution'>;
  readonly #shed: Counter<'reason'>;
  readonly #refusedRequests: Counter<'status'>;
  readonly #refused: Counter<'reason'>;
  readonly #dropped: Counter<'operation'>;
  readonly #untrusted: Counter;
  readonly #spans: Counter<'result'>;
  readonly #names: CappedLabel;
  readonly #clients = new CappedLabel(maxClients);

  /** @param version of the gateway. */
  constructor(registry: MetricsRegistry, version: string, knownNames: Iterable<string> = []) {
    this.#registry = registry;
    this.#names = new CappedLabel(maxNames, knownNames);
    const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
      new Counter({ name: `image_gateway_${name}`, help, labelNames, registers: [registry] });
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
    this.#retries = counter('upstream_retries_total', 'Requests to the Images API that repeat one.', ['operation']);
    this.#durations = histogram(
      'operation_duration_seconds',
      'GraphQL operations by type, and by whether the answer holds errors.',
      ['type', 'result'],
    );
    this.#operations = counter(
      'operations_total',
      'GraphQL operations by the names that callers give them and themselves, and by whether the answer holds errors.',
      ['name', 'client', 'result'],
    );
    this.#executions = counter(
      'executions_total',
      'GraphQL operations that were executed: compiled, or by Apollo Server and why.',
      ['execution'],
    );
    this.#shed = counter(
      'shed_total',
      'Requests that were refused because there was too much to do, or because of their number, by reason.',
      ['reason'],
    );
    this.#refusedRequests = counter(
      'refused_requests_total',
      'Requests that were answered with an HTTP status of an error, by status.',
      ['status'],
    );
    this.#refused = counter(
      'upstream_refused_total',
      'Calls that were never made, because too many wait or because the Images API does not answer, by reason.',
      ['reason'],
    );
    this.#dropped = counter(
      'upstream_dropped_rows_total',
      'Rows of the Images API that were left out of answers because they could not be taken, by operation.',
      ['operation'],
    );
    this.#untrusted = counter('untrusted_documents_total', 'Operations whose document is in no manifest.', []);
    this.#spans = counter('spans_total', 'Spans of traces, by whether the collector took them.', ['result']);
    this.#tellVersion(version);
  }

  /** Measures also what has a value at all times. */
  read({ loaders, ...readings }: Readings): void {
    this.#gauge('operations_running', 'GraphQL operations that run.', readings.running);
    this.#gauge('connections', 'Connections that callers hold open.', readings.connections);
    this.#gauge(
      'memory_used_ratio',
      'How much of its memory the process uses: of the heap or in all, whichever is nearer its limit.',
      () => readings.memoryPercent() / 100,
    );
    this.#gauge(
      'receiving_bytes',
      'What the bodies of requests hold that are being received.',
      readings.receivingBytes,
    );
    this.#gauge('working_bytes', 'The memory that operations hold, by estimate.', readings.workingBytes);
    this.#gauge(
      'event_loop_delay_seconds',
      'How late the process was with its work lately.',
      () => readings.eventLoopDelayMs() / 1000,
    );
    this.#gauge('upstream_calls', 'Requests to the Images API that run.', readings.calls);
    this.#gauge('upstream_waiting_calls', 'Calls that wait for their turn.', readings.waitingCalls);
    this.#gauge('upstream_breaker_open', '1 while calls fail at once because the Images API does not answer.', () =>
      Number(readings.breakerOpen()),
    );
    const registers = [this.#registry];
    for (const measure of ['reads', 'loads'] as const) {
      new Gauge({
        name: `image_gateway_loader_${measure}`,
        help:
          measure === 'reads'
            ? 'How often resolvers asked for something since the start.'
            : 'How often that took more than what the operation had loaded already, since the start.',
        labelNames: ['loader'],
        registers,
        collect() {
          for (const [loader, stats] of Object.entries(loaders)) this.set({ loader }, stats[measure]);
        },
      });
    }
  }

  refused(reason: string): void {
    this.#refused.inc({ reason });
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

  attempt({ operation, status, failure, attempt, durationMs, ...ids }: AttemptMeasures): void {
    this.#attempts.observe({
      labels: { operation, result: failure ?? String(status) },
      value: durationMs / 1000,
      exemplarLabels: toExemplar(ids),
    });
    if (attempt > 1) this.#retries.inc({ operation });
  }

  operation({ type, name, client, execution, failed, durationMs, ...ids }: OperationMeasures): void {
    const result = failed ? 'error' : 'ok';
    this.#durations.observe({ labels: { type, result }, value: durationMs / 1000, exemplarLabels: toExemplar(ids) });
    this.#operations.labels(this.#names.of(name), this.#clients.of(client), result).inc();
    if (execution !== undefined) this.#executions.labels(execution).inc();
  }

  #tellVersion(version: string): void {
    new Gauge({
      name: 'image_gateway_build_info',
      help: 'Always 1; the label tells the version of the gateway.',
      labelNames: ['version'],
      registers: [this.#registry],
    }).set({ version }, 1);
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

const noExemplar = {};

/** A histogram points to traces that are kept. */
function toExemplar({ trace_id, span_id, trace_flags = '0' }: Partial<TraceIds>): Record<string, string> {
  const isSampled = (Number.parseInt(trace_flags, 16) & 1) === 1;
  return isSampled && trace_id !== undefined && span_id !== undefined ? { trace_id, span_id } : noExemplar;
}
