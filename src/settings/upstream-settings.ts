import { readCertificates, readPrivateKey } from './files.ts';
import { flag, optional, wholeNumber } from './setting.ts';

/** Connections, timeouts and retries of calls to the Images API. */
export const upstreamSettings = {
  upstreamDeadlineMs: wholeNumber({
    name: 'UPSTREAM_DEADLINE_MS',
    default: 10_000,
    unit: 'milliseconds',
    from: 1,
    to: 600_000,
    meaning: 'Deadline of one call to the Images API, with queueing, connecting, and every attempt and body.',
  }),
  upstreamConnections: wholeNumber({
    name: 'UPSTREAM_CONNECTIONS',
    default: 16,
    from: 1,
    to: 1_024,
    meaning: 'Maximum number of connections to the Images API, and so of concurrent calls.',
  }),
  upstreamConnectionsPerToken: wholeNumber({
    name: 'UPSTREAM_CONNECTIONS_PER_TOKEN',
    default: 8,
    from: 1,
    to: 1_024,
    meaning: 'Maximum number of concurrent calls with one token, so that its slow calls leave connections to others.',
  }),
  upstreamConnectionAgeMs: wholeNumber({
    name: 'UPSTREAM_CONNECTION_AGE_MS',
    default: 60_000,
    unit: 'milliseconds',
    from: 100,
    to: 86_400_000,
    meaning: 'Maximum age of a connection to the Images API; a new one resolves the host name again.',
  }),
  upstreamQueue: wholeNumber({
    name: 'UPSTREAM_QUEUE',
    default: 10_000,
    from: 0,
    to: 1_000_000,
    meaning: 'Maximum number of calls that wait for a connection, half of them with one token; more fail immediately.',
  }),
  upstreamRetries: wholeNumber({
    name: 'UPSTREAM_RETRIES',
    default: 2,
    from: 0,
    to: 10,
    meaning: 'Maximum number of retries of a read, within its deadline. Writes are sent once.',
  }),
  upstreamRetryPercent: wholeNumber({
    name: 'UPSTREAM_RETRY_PERCENT',
    default: 10,
    unit: '%',
    from: 0,
    to: 100,
    meaning: 'Maximum share of retries in all calls, after the first ten retries.',
  }),
  upstreamBreakerFailures: wholeNumber({
    name: 'UPSTREAM_BREAKER_FAILURES',
    default: 20,
    from: 0,
    to: 100_000,
    meaning: 'Consecutive failures that open the circuit breaker: calls then fail immediately. 0: never.',
  }),
  upstreamBreakerPauseMs: wholeNumber({
    name: 'UPSTREAM_BREAKER_PAUSE_MS',
    default: 2_000,
    unit: 'milliseconds',
    from: 1,
    to: 600_000,
    meaning: 'Time after which an open circuit breaker lets one call through; if it succeeds, the breaker closes.',
  }),
  upstreamMaxBodyBytes: wholeNumber({
    name: 'UPSTREAM_MAX_BODY_BYTES',
    default: 16_777_216,
    unit: 'bytes',
    from: 1_024,
    to: 1_073_741_824,
    meaning: 'Largest response body of the Images API that is accepted. Larger lists are read in parts.',
  }),
  upstreamCa: optional({
    name: 'UPSTREAM_CA_FILE',
    defaultText: 'unset: the authorities that Node trusts',
    takes: 'path of a file of certificates in PEM',
    meaning:
      'Certificate authorities trusted for the Images API and the Identity service, in place of the public ones. ' +
      'SIGHUP reads the file again.',
    parse: readCertificates,
  }),
  upstreamCert: optional({
    name: 'UPSTREAM_CERT_FILE',
    defaultText: 'unset: no client certificate',
    takes: 'path of a file of certificates in PEM',
    meaning:
      'Certificate that the gateway shows to the Images API and the Identity service, followed by those of its ' +
      'intermediate authorities. SIGHUP reads it again.',
    parse: readCertificates,
  }),
  upstreamKey: optional({
    name: 'UPSTREAM_KEY_FILE',
    defaultText: 'unset: no client certificate',
    takes: 'path of a file with a private key in PEM',
    meaning: 'Private key of `UPSTREAM_CERT_FILE`, without a passphrase. SIGHUP reads it again.',
    parse: readPrivateKey,
  }),
  shareReads: flag({
    name: 'SHARE_READS',
    default: true,
    meaning: 'Lets identical concurrent reads with one token share a call. Reads with different tokens never do.',
  }),
  verifyRemovals: flag({
    name: 'VERIFY_REMOVALS',
    default: true,
    meaning:
      'Looks up a removed member again before the removal is reported as done, because a concurrent status change may ' +
      'undo it. Costs one call per removal.',
  }),
};
