/** What a code means to those who meet it, and how the gateway treats it. */
interface ErrorKind {
  /** For the reference of error codes. */
  readonly meaning: string;
  /** The HTTP status of a request that is refused with this code. An operation that was executed answers 200. */
  readonly status: number;
  /**
   * Whether the refusal comes from GraphQL itself and so answers 200 as `application/json`, in which a status of 4xx may
   * come from any proxy. Source: GraphQL over HTTP, "application/json".
   */
  readonly fromGraphQL: boolean;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  /** Whether its messages reveal the schema, so that they are masked where introspection is off. */
  readonly revealsSchema: boolean;
  /** Who has to change something. */
  readonly fault: 'caller' | 'upstream' | 'gateway';
}

function ofCaller(meaning: string, status: number, rest: Partial<ErrorKind> = {}): ErrorKind {
  return { meaning, status, fromGraphQL: false, retryable: false, revealsSchema: false, fault: 'caller', ...rest };
}

function ofUpstream(meaning: string, rest: Partial<ErrorKind> = {}): ErrorKind {
  return ofCaller(meaning, 502, { fault: 'upstream', ...rest });
}

/** Every `extensions.code` that a client can meet. The reference of error codes documents this table; a test compares them. */
export const errorKinds = {
  UNAUTHENTICATED: ofCaller('No token was sent, two different ones were, or the Images API did not accept it.', 401),
  FORBIDDEN: ofCaller(
    'The Images API does not allow this token to do this, or the field is reserved for routers.',
    403,
  ),
  BAD_USER_INPUT: ofCaller('An argument or a variable has a value that cannot be used.', 400, {
    fromGraphQL: true,
    revealsSchema: true,
  }),
  RATE_LIMITED: ofCaller(
    'Too many requests; `extensions.retryAfter` says how many seconds to wait, where that is known.',
    429,
    { retryable: true },
  ),
  UPSTREAM_TIMEOUT: ofUpstream('The Images API did not answer in time.', { retryable: true }),
  UPSTREAM_UNAVAILABLE: ofUpstream('The Images API cannot be reached, or fails.', { retryable: true }),
  UPSTREAM_INVALID_RESPONSE: ofUpstream('The Images API sent an answer that cannot be used.'),
  BAD_REQUEST: ofCaller(
    'The HTTP request is not a GraphQL request: its body, its media type or its parameters are wrong.',
    400,
  ),
  GRAPHQL_PARSE_FAILED: ofCaller('The document is not GraphQL.', 400, { fromGraphQL: true }),
  GRAPHQL_VALIDATION_FAILED: ofCaller('The document does not fit the schema.', 400, {
    fromGraphQL: true,
    revealsSchema: true,
  }),
  OPERATION_RESOLUTION_FAILURE: ofCaller('The document does not say which of its operations to execute.', 400, {
    fromGraphQL: true,
  }),
  PERSISTED_QUERY_NOT_FOUND: ofCaller('Unknown hash; resend it with the query.', 200, { retryable: true }),
  LIMIT_EXCEEDED: ofCaller(
    'The operation is over a limit of the gateway: `extensions` has the setting, what it allows and what was found.',
    400,
  ),
  DOCUMENT_NOT_TRUSTED: ofCaller(
    'The gateway executes only the documents of its manifest, and this is not one of them.',
    400,
  ),
  OVERLOADED: ofCaller('The gateway is overloaded; `extensions.retryAfter` says how many seconds to wait.', 503, {
    retryable: true,
    fault: 'gateway',
  }),
  SUBSCRIPTION_ENDED: ofCaller(
    'The subscription reached its maximum age, or the gateway is shutting down. Subscribe again after `extensions.retryAfter` ' +
      'seconds: the first payload holds the current state.',
    503,
    { retryable: true, fault: 'gateway' },
  ),
  INTERNAL_SERVER_ERROR: ofCaller('A defect of the gateway; its log has more under the request id.', 500, {
    fault: 'gateway',
  }),
} as const satisfies Readonly<Record<string, ErrorKind>>;

export type ErrorCode = keyof typeof errorKinds;

/** What a `GatewayError` tells a client beside its message. */
export interface ErrorDetails {
  /** The HTTP status of a refusal, where it is not that of its code. */
  readonly status?: number | undefined;
  /** The methods that are allowed, for a status of 405. */
  readonly allow?: string | undefined;
  /** How many seconds to wait before trying again. */
  readonly retryAfter?: number | undefined;
  /** The request id that the Images API gave its answer, for its operator's log. */
  readonly upstreamRequestId?: string | undefined;
  /** `UNKNOWN` where a write may or may not have been carried out. */
  readonly outcome?: 'UNKNOWN' | undefined;
  /** The setting that an operation is over, what it allows, and how much there was at least. */
  readonly limit?: { readonly name: string; readonly allowed: number; readonly found: number } | undefined;
}

/**
 * A failure that a client may see: its message says what was being done, what happened and what could be done, and holds
 * no address, no token and none of upstream's own words. Anything else that is thrown is a defect and is masked.
 */
export class GatewayError extends Error {
  override readonly name: string = 'GatewayError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}, options?: ErrorOptions) {
    // Nobody looks for the line that a refusal comes from, and to record it takes longer than all the rest.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message, options);
    Error.stackTraceLimit = stackTraceLimit;
    this.code = code;
    this.details = details;
  }

  /** Read by graphql-js, which copies it to the error of the field that failed. */
  get extensions(): Record<string, unknown> {
    const { retryAfter, upstreamRequestId, outcome, limit } = this.details;
    return {
      code: this.code,
      ...(retryAfter !== undefined && { retryAfter }),
      ...(upstreamRequestId !== undefined && { upstreamRequestId }),
      ...(outcome !== undefined && { outcome }),
      ...(limit !== undefined && { limit: limit.name, allowed: limit.allowed, found: limit.found }),
    };
  }
}

/** A call to the Images API that failed. */
export class UpstreamError extends GatewayError {
  override readonly name = 'UpstreamError';
  /** Upstream's HTTP status; undefined when no answer came. */
  readonly status: number | undefined;
  /** Upstream's own words, for recognising a refusal. They stay inside: never shown, never logged. */
  readonly #words: string;

  constructor(
    code: ErrorCode,
    message: string,
    rest: ErrorDetails & { status?: number; words?: string; cause?: unknown } = {},
  ) {
    super(code, message, rest, { cause: rest.cause });
    this.status = rest.status;
    this.#words = rest.words ?? '';
  }

  /** Whether upstream's answer contains this text, in whichever form (JSON, HTML, plain) it came. */
  says(text: string): boolean {
    return this.#words.includes(text);
  }
}

/** An error as a client is shown it. */
export interface ShownError {
  readonly message: string;
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/**
 * The body of an answer that has errors and no data: of a request that is refused, or of an operation whose answer cannot
 * be given. Every such body is written here.
 *
 * @param requestId undefined where the bytes were no HTTP request.
 * @param data null where the operation was executed.
 */
export function toErrorBody(errors: readonly ShownError[], requestId: string | undefined, data?: null): string {
  const shown = errors.map((error) => ({ ...error, extensions: { ...error.extensions, requestId } }));
  return `${JSON.stringify({ errors: shown, data })}\n`;
}
