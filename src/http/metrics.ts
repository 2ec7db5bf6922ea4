import { Counter, Histogram, type Registry } from 'prom-client';
import type { Handler } from './server.ts';

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** What is measured of calls to the Images API. */
export interface AttemptMeasures {
  readonly operation: string;
  readonly status: number | undefined;
  readonly failure: string | undefined;
  readonly durationMs: number;
}

/** What is measured of GraphQL operations. */
export interface OperationMeasures {
  readonly type: string;
  readonly failed: boolean;
  readonly durationMs: number;
}

/** The gateway's own metrics, kept in the given registry. No label holds anything that a caller chose freely. */
export class Metrics {
  readonly #attempts: Histogram<'operation' | 'result'>;
  readonly #operations: Histogram<'type' | 'result'>;
  readonly #shed: Counter<'reason'>;
  readonly #refused: Counter<'reason'>;
  readonly #dropped: Counter<'operation'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#attempts = new Histogram({
      name: 'image_gateway_upstream_attempt_duration_seconds',
      help: 'Requests to the Images API by operation, and by status or failure.',
      labelNames: ['operation', 'result'],
      buckets: seconds,
      registers,
    });
    this.#operations = new Histogram({
      name: 'image_gateway_operation_duration_seconds',
      help: 'GraphQL operations by type, and by whether the answer holds errors.',
      labelNames: ['type', 'result'],
      buckets: seconds,
      registers,
    });
    this.#shed = new Counter({
      name: 'image_gateway_shed_total',
      help: 'Requests that were refused because there was too much to do, or because of their number, by reason.',
      labelNames: ['reason'],
      registers,
    });
    this.#refused = new Counter({
      name: 'image_gateway_upstream_refused_total',
      help: 'Calls that were never made, because too many wait or because the Images API does not answer, by reason.',
      labelNames: ['reason'],
      registers,
    });
    this.#dropped = new Counter({
      name: 'image_gateway_upstream_dropped_rows_total',
      help: 'Rows of the Images API that were left out of answers because they could not be taken, by operation.',
      labelNames: ['operation'],
      registers,
    });
  }

  refused(reason: string): void {
    this.#refused.inc({ reason });
  }

  dropped(operation: string, rows: number): void {
    this.#dropped.inc({ operation }, rows);
  }

  shed(reason: string): void {
    this.#shed.inc({ reason });
  }

  attempt({ operation, status, failure, durationMs }: AttemptMeasures): void {
    this.#attempts.labels(operation, failure ?? String(status)).observe(durationMs / 1000);
  }

  operation({ type, failed, durationMs }: OperationMeasures): void {
    this.#operations.labels(type, failed ? 'error' : 'ok').observe(durationMs / 1000);
  }
}

/** `GET /metrics`: the registry in Prometheus' text format. */
export function createMetricsHandler(registry: Registry): Handler {
  return async (_request, response) => {
    const text = await registry.metrics();
    response.writeHead(200, { 'content-type': registry.contentType, 'content-length': Buffer.byteLength(text) });
    response.end(text);
  };
}
