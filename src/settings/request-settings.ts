import { flag, wholeNumber } from './setting.ts';

/** Limits on requests, their rate, and the load of the process. */
export const requestSettings = {
  maxRequestBytes: wholeNumber({
    name: 'MAX_REQUEST_BYTES',
    default: 1_048_576,
    unit: 'bytes',
    from: 1_024,
    to: 104_857_600,
    meaning: 'Largest request body that is accepted.',
  }),
  maxReceivingBytes: wholeNumber({
    name: 'MAX_RECEIVING_BYTES',
    default: 67_108_864,
    unit: 'bytes',
    from: 1_024,
    to: 1_000_000_000,
    meaning:
      'Maximum size of all request bodies that are being received; more are answered with 503, except bodies of up to ' +
      '16384 bytes.',
  }),
  maxConnections: wholeNumber({
    name: 'MAX_CONNECTIONS',
    default: 2_000,
    from: 1,
    to: 1_000_000,
    meaning:
      'Maximum number of open connections. On those beyond it, only health and metrics are served; all else is answered ' +
      'with 503.',
  }),
  maxConnectionsPerAddress: wholeNumber({
    name: 'MAX_CONNECTIONS_PER_ADDRESS',
    default: 1_000,
    from: 0,
    to: 1_000_000,
    meaning:
      'Maximum number of connections of one address, or one IPv6 network of 64 bits. 0, or with `TRUST_PROXY`: no limit.',
  }),
  headersTimeoutMs: wholeNumber({
    name: 'HEADERS_TIMEOUT_MS',
    default: 10_000,
    unit: 'milliseconds',
    from: 100,
    to: 600_000,
    meaning: 'Time that a caller may take to send the headers of a request.',
  }),
  requestTimeoutMs: wholeNumber({
    name: 'REQUEST_TIMEOUT_MS',
    default: 20_000,
    unit: 'milliseconds',
    from: 100,
    to: 600_000,
    meaning: 'Time that a caller may take to send a whole request.',
  }),
  answerTimeoutMs: wholeNumber({
    name: 'ANSWER_TIMEOUT_MS',
    default: 60_000,
    unit: 'milliseconds',
    from: 100,
    to: 600_000,
    meaning: 'Time that a caller may take to receive an answer before its connection is closed.',
  }),
  trustProxy: flag({
    name: 'TRUST_PROXY',
    default: false,
    meaning:
      'Uses the last address in `X-Forwarded-For` as that of the caller. Only safe behind a proxy that sets this header.',
  }),
  rateLimitPerToken: wholeNumber({
    name: 'RATE_LIMIT_PER_TOKEN',
    default: 0,
    unit: 'per second',
    from: 0,
    to: 1_000_000,
    meaning: 'Maximum rate of operations with one token, with bursts of twice as many. 0: no limit.',
  }),
  rateLimitPerAddress: wholeNumber({
    name: 'RATE_LIMIT_PER_ADDRESS',
    default: 0,
    unit: 'per second',
    from: 0,
    to: 1_000_000,
    meaning:
      'Maximum rate of operations from one address, or one IPv6 network of 64 bits, with bursts of twice as many. ' +
      '0: no limit.',
  }),
  maxConcurrentOperations: wholeNumber({
    name: 'MAX_CONCURRENT_OPERATIONS',
    default: 1_024,
    from: 1,
    to: 100_000,
    meaning:
      'Maximum number of concurrent operations, and nearly all of them with one token; more are answered with 503 ' +
      'immediately.',
  }),
  maxEventLoopDelayMs: wholeNumber({
    name: 'MAX_EVENT_LOOP_DELAY_MS',
    default: 1_000,
    unit: 'milliseconds',
    from: 10,
    to: 600_000,
    meaning: 'Maximum event-loop delay; beyond it, operations are answered with 503.',
  }),
  maxMemoryPercent: wholeNumber({
    name: 'MAX_MEMORY_PERCENT',
    default: 70,
    unit: '%',
    from: 1,
    to: 100,
    meaning:
      'Maximum share of memory in use: of what the container or the machine has, and of the heap that Node allows. Beyond ' +
      'it, operations are answered with 503.',
  }),
  maxWorkingBytes: wholeNumber({
    name: 'MAX_WORKING_BYTES',
    default: 0,
    unit: 'bytes',
    from: 0,
    to: 9_999_999_999,
    meaning:
      'Maximum memory that all operations hold, by estimate: responses of the Images API, and answers until they are ' +
      'sent. Operations that need more are answered with 503. 0: a quarter of the heap that Node allows, or an eighth of ' +
      'the memory that the container or the machine has, whichever is less.',
  }),
};
