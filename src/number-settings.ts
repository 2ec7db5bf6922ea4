/** A setting that is a whole number. */
export interface NumberSetting {
  readonly name: string;
  readonly default: number;
  /** Empty for a plain count. */
  readonly unit: 'milliseconds' | 'bytes' | 'characters' | 'a second' | '%' | '';
  readonly from: number;
  readonly to: number;
  readonly meaning: string;
}

/** What protects the gateway and upstream, by the name of the value in `Config.limits`. */
export const numberSettings = {
  maxDocumentCharacters: {
    name: 'MAX_DOCUMENT_CHARACTERS',
    default: 100_000,
    unit: 'characters',
    from: 100,
    to: 10_000_000,
    meaning: 'The longest GraphQL document that is accepted.',
  },
  maxTokens: {
    name: 'MAX_TOKENS',
    default: 5_000,
    unit: '',
    from: 10,
    to: 1_000_000,
    meaning: 'How many tokens (words, signs and comments) a document may have.',
  },
  maxDepth: {
    name: 'MAX_DEPTH',
    default: 20,
    unit: '',
    from: 1,
    to: 100,
    meaning: 'How deep fields may be nested, fragments included.',
  },
  maxFields: {
    name: 'MAX_FIELDS',
    default: 2_000,
    unit: '',
    from: 1,
    to: 1_000_000,
    meaning: 'How many fields a document may select, each fragment counted wherever it is used.',
  },
  maxRootFields: {
    name: 'MAX_ROOT_FIELDS',
    default: 100,
    unit: '',
    from: 1,
    to: 100_000,
    meaning: 'How many fields one operation may select at its root.',
  },
  maxAliases: {
    name: 'MAX_ALIASES',
    default: 200,
    unit: '',
    from: 0,
    to: 100_000,
    meaning: 'How many aliases a document may use.',
  },
  maxAliasesPerField: {
    name: 'MAX_ALIASES_PER_FIELD',
    default: 100,
    unit: '',
    from: 0,
    to: 100_000,
    meaning: 'How many aliases one field may have in one place.',
  },
  maxFieldRepeats: {
    name: 'MAX_FIELD_REPEATS',
    default: 50,
    unit: '',
    from: 1,
    to: 100_000,
    meaning: 'How often a document may select the same place of the answer; GraphQL merges them, at a square cost.',
  },
  maxDirectives: {
    name: 'MAX_DIRECTIVES',
    default: 50,
    unit: '',
    from: 0,
    to: 100_000,
    meaning: 'How many directives a document may use.',
  },
  maxDefinitions: {
    name: 'MAX_DEFINITIONS',
    default: 100,
    unit: '',
    from: 1,
    to: 100_000,
    meaning: 'How many operations and fragments a document may define.',
  },
  maxCost: {
    name: 'MAX_COST',
    default: 50_000,
    unit: '',
    from: 1,
    to: 1_000_000_000,
    meaning:
      'How many objects an operation may ask for: a page counts as `first`, other lists as ten, and lists in lists ' +
      'are multiplied.',
  },
  maxRepresentations: {
    name: 'MAX_REPRESENTATIONS',
    default: 1_000,
    unit: '',
    from: 1,
    to: 100_000,
    meaning: 'How many entities a router may ask for in one operation.',
  },
  maxVariableValues: {
    name: 'MAX_VARIABLE_VALUES',
    default: 20_000,
    unit: '',
    from: 1,
    to: 10_000_000,
    meaning: 'How many values the variables of an operation may hold, those within lists and objects included.',
  },
  maxConcurrentOperations: {
    name: 'MAX_CONCURRENT_OPERATIONS',
    default: 1024,
    unit: '',
    from: 1,
    to: 100_000,
    meaning:
      'How many operations run at once, all but a few of them with one token; more are answered with 503 right away, so ' +
      'that those that run keep their pace.',
  },
  maxEventLoopDelayMs: {
    name: 'MAX_EVENT_LOOP_DELAY_MS',
    default: 1_000,
    unit: 'milliseconds',
    from: 10,
    to: 600_000,
    meaning: 'How late the process may be with its work before it answers operations with 503.',
  },
  maxMemoryPercent: {
    name: 'MAX_MEMORY_PERCENT',
    default: 70,
    unit: '%',
    from: 1,
    to: 100,
    meaning:
      'How much memory may be in use before operations are answered with 503: of what the container or the machine has, ' +
      'and of the heap that Node allows.',
  },
  maxReceivingBytes: {
    name: 'MAX_RECEIVING_BYTES',
    default: 67_108_864,
    unit: 'bytes',
    from: 1024,
    to: 1_000_000_000,
    meaning:
      'How much the bodies of all requests may hold together while they are received; more are answered with 503, but ' +
      'for bodies of up to 16384 bytes.',
  },
  maxConnections: {
    name: 'MAX_CONNECTIONS',
    default: 2_000,
    unit: '',
    from: 1,
    to: 1_000_000,
    meaning:
      'How many connections callers may hold open; fewer where the process may open fewer files. On those beyond it, only ' +
      'health and metrics are served; all else is answered with 503.',
  },
  maxConnectionsPerAddress: {
    name: 'MAX_CONNECTIONS_PER_ADDRESS',
    default: 1_000,
    unit: '',
    from: 0,
    to: 1_000_000,
    meaning:
      'How many connections one address may hold open, a network of 64 bits with IPv6. 0, or `TRUST_PROXY`: any number.',
  },
  headersTimeoutMs: {
    name: 'HEADERS_TIMEOUT_MS',
    default: 10_000,
    unit: 'milliseconds',
    from: 100,
    to: 600_000,
    meaning: 'How long a caller may take to send the headers of a request.',
  },
  requestTimeoutMs: {
    name: 'REQUEST_TIMEOUT_MS',
    default: 20_000,
    unit: 'milliseconds',
    from: 100,
    to: 600_000,
    meaning: 'How long a caller may take to send a whole request.',
  },
  answerTimeoutMs: {
    name: 'ANSWER_TIMEOUT_MS',
    default: 60_000,
    unit: 'milliseconds',
    from: 100,
    to: 600_000,
    meaning: 'How long a caller may take to receive an answer before its connection is closed.',
  },
  rateLimitPerToken: {
    name: 'RATE_LIMIT_PER_TOKEN',
    default: 0,
    unit: 'a second',
    from: 0,
    to: 1_000_000,
    meaning: 'How many operations one token may ask for; twice as many at once. 0: any number.',
  },
  rateLimitPerAddress: {
    name: 'RATE_LIMIT_PER_ADDRESS',
    default: 0,
    unit: 'a second',
    from: 0,
    to: 1_000_000,
    meaning:
      'How many operations one address may ask for, a network of 64 bits with IPv6; twice as many at once. 0: any number.',
  },
  operationDeadlineMs: {
    name: 'OPERATION_DEADLINE_MS',
    default: 60_000,
    unit: 'milliseconds',
    from: 1,
    to: 3_600_000,
    meaning: 'How long all calls of one operation may take together.',
  },
  upstreamConnectionsPerToken: {
    name: 'UPSTREAM_CONNECTIONS_PER_TOKEN',
    default: 8,
    unit: '',
    from: 1,
    to: 1_024,
    meaning: 'How many calls with one token run at once, so that slow calls of one leave connections to others.',
  },
  upstreamQueue: {
    name: 'UPSTREAM_QUEUE',
    default: 10_000,
    unit: '',
    from: 0,
    to: 1_000_000,
    meaning: 'How many calls may wait for a connection, at most half of them with one token; more fail at once.',
  },
  upstreamRetryPercent: {
    name: 'UPSTREAM_RETRY_PERCENT',
    default: 10,
    unit: '%',
    from: 0,
    to: 100,
    meaning: 'How many more calls retries may make, after the first ten.',
  },
  upstreamBreakerFailures: {
    name: 'UPSTREAM_BREAKER_FAILURES',
    default: 20,
    unit: '',
    from: 0,
    to: 100_000,
    meaning: 'After how many failures in a row calls fail at once, until one that is let through succeeds. 0: never.',
  },
  upstreamBreakerPauseMs: {
    name: 'UPSTREAM_BREAKER_PAUSE_MS',
    default: 2_000,
    unit: 'milliseconds',
    from: 1,
    to: 600_000,
    meaning: 'How long calls then fail at once before one is let through.',
  },
  upstreamConnectionAgeMs: {
    name: 'UPSTREAM_CONNECTION_AGE_MS',
    default: 60_000,
    unit: 'milliseconds',
    from: 100,
    to: 86_400_000,
    meaning: 'How long a connection to the Images API is used before its name is looked up anew.',
  },
  drainDelayMs: {
    name: 'DRAIN_DELAY_MS',
    default: 0,
    unit: 'milliseconds',
    from: 0,
    to: 600_000,
    meaning:
      'How long connections are still accepted after SIGTERM, with `/readyz` at 503, so that a balancer can notice.',
  },
} as const satisfies Readonly<Record<string, NumberSetting>>;

/** The values of all number settings. */
export type Limits = Readonly<Record<keyof typeof numberSettings, number>>;

/** What a number setting takes, in words. */
export function describeTakes({ unit, from, to }: NumberSetting): string {
  return `${unit === '' ? '' : `${unit}, `}${from} to ${to}`;
}
