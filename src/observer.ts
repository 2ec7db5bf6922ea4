import type { Logger } from 'pino';
import type { Metrics } from './http/metrics.ts';
import type { RefusedRequest } from './http/refusal.ts';
import type { OperationReport } from './pipeline.ts';
import type { EndReport as SubscriptionEndReport } from './subscriptions/subscriptions.ts';
import type { AttemptReport } from './upstream/call.ts';

/** The longest name of an operation in a log line, in characters. */
const maxNameLength = 100;

/** What is logged and counted of each event. */
export type Observer = ReturnType<typeof createObserver>;

/** Makes the one place that decides what a log line and a metric say of an event. */
export function createObserver(log: Logger, metrics: Metrics) {
  return {
    /** An error that nobody expected. */
    onDefect: (error: unknown, requestId?: string): void => log.error({ err: error, requestId }, 'defect'),

    /** A request that is answered with the HTTP status of an error. */
    onRefused(refused: RefusedRequest): void {
      metrics.refusedRequest(refused.status);
      log[refused.status >= 500 ? 'warn' : 'info'](refused, 'refused');
    },

    /** An operation that was answered. */
    onOperation(report: OperationReport): void {
      metrics.operation({ ...report, failed: report.codes.length > 0 });
      // No other answer to an operation that runs has this code.
      if (report.codes[0] === 'OVERLOADED') metrics.shed('memory of operations');
      log.info({ ...report, name: report.name?.slice(0, maxNameLength) }, 'operation');
    },

    /** A subscription that ended. */
    onSubscriptionEnd(report: SubscriptionEndReport): void {
      log.info({ ...report, name: report.name?.slice(0, maxNameLength) }, 'subscription ended');
    },

    /** An operation that no manifest holds. */
    onUntrusted(name: string | undefined, requestId: string): void {
      metrics.untrusted();
      log.warn({ name: name?.slice(0, maxNameLength), requestId }, 'untrusted document');
    },

    /** The events of a connection to an upstream API. @param labels fields that its log lines have. */
    ofUpstream: (labels: Readonly<Record<string, string>> = {}) => ({
      onBreaker: (open: boolean): void => log.warn({ open, ...labels }, 'breaker'),
      onRefused: (reason: 'queue' | 'breaker'): void => metrics.refused(reason),
      onDropped(operation: string, rows: number): void {
        metrics.dropped(operation, rows);
        log.warn({ operation, rows }, 'rows dropped');
      },
      observe(report: AttemptReport): void {
        metrics.attempt(report);
        if (report.status === undefined || report.status >= 500) log.warn(report, 'upstream');
        else log.debug(report, 'upstream');
      },
    }),
  };
}
