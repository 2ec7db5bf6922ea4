import type { Metrics } from './http/metrics.ts';
import type { RefusedRequest } from './http/refusal.ts';
import type { OperationLogger } from './logging/log.ts';
import type { OperationReport } from './pipeline.ts';
import type { EndReport as SubscriptionEndReport } from './subscriptions/subscriptions.ts';
import type { AttemptReport, Service } from './upstream/call.ts';

/** Maximum length of an operation's name in a log line, in characters. */
const maxNameLength = 100;

/** Logs and counts events. */
export type Observer = ReturnType<typeof createObserver>;

/**
 * Creates the observer, the only place that writes log lines and metrics about events. Operations and calls are reported
 * once the answers of the same group are sent. Reporting them together takes less time.
 */
export function createObserver(log: OperationLogger, metrics: Metrics) {
  let waiting: (() => void)[] = [];

  function later(report: () => void): void {
    if (waiting.push(report) === 1) queueMicrotask(flush);
  }

  /** Makes the reports that are still waiting. */
  function flush(): void {
    const reports = waiting;
    waiting = [];
    for (const report of reports) report();
  }

  return {
    flush,

    /** An unexpected error, which is always a bug. */
    onDefect: (error: unknown, requestId?: string): void => log.error({ err: error, requestId }, 'defect'),

    /** A request that is answered with an HTTP error status. */
    onRefused(refused: RefusedRequest): void {
      metrics.refusedRequest(refused.status);
      log[refused.status >= 500 ? 'warn' : 'info'](refused, 'refused');
    },

    /** An operation that was answered. */
    onOperation(report: OperationReport): void {
      later(() => {
        metrics.operation(report);
        // Of the errors of a running operation, only one for memory has this code.
        if (report.codes[0] === 'OVERLOADED') metrics.shed('memory of operations');
        log.plainInfo(withShortName(report), 'operation');
      });
    },

    /** A subscription that ended. */
    onSubscriptionEnd(report: SubscriptionEndReport): void {
      log.info(withShortName(report), 'subscription ended');
    },

    /** An operation whose document is not in the manifest of trusted documents. */
    onUntrusted(name: string | undefined, requestId: string): void {
      metrics.untrusted();
      log.warn(withShortName({ name, requestId }), 'untrusted document');
    },

    /** The callbacks of a connection to an upstream API. */
    ofUpstream: ({ label: service }: Service) => ({
      onBreaker: (open: boolean): void => log.warn({ open, service }, 'breaker'),
      onRefused: (reason: 'queue' | 'breaker'): void => metrics.refused(service, reason),
      onDropped(operation: string, rows: number): void {
        metrics.dropped(operation, rows);
        log.warn({ operation, rows }, 'rows dropped');
      },
      observe(report: AttemptReport): void {
        later(() => {
          metrics.attempt(report);
          if (report.status === undefined || report.status >= 500) log.warn(report, 'upstream');
          else log.debug(report, 'upstream');
        });
      },
    }),
  };
}

function withShortName<Report extends { readonly name: string | undefined }>(report: Report): Report {
  if (report.name === undefined || report.name.length <= maxNameLength) return report;
  return { ...report, name: report.name.slice(0, maxNameLength) };
}
