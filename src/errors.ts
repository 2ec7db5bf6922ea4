/** The meaning of an error code, and how the gateway treats it. */
interface ErrorKind {
  /** For the error code reference. */
  readonly meaning: string;
  /** The HTTP status of a request that is refused with this code. An executed operation always answers 200. */
  readonly status: number;
  /**
   * Whether GraphQL itself refuses the request. Such a refusal answers 200 as `application/json`, because a 4xx of that
   * type may come from any proxy. Source: GraphQL over HTTP, "application/json".
   */
  readonly fromGraphQL: boolean;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  /** Whether its messages reveal the schema, so that they are masked while introspection is off. */
  readonly revealsSchema: boolean;
  /** Who has to fix it. */
  readonly fault: 'caller' | 'upstream' | 'gateway';
}

function ofCaller(meaning: string, status: number, rest: Partial<ErrorKind> = {}): ErrorKind {
  return { meaning, status, fromGraphQL: false, retryable: false, revealsSchema: false, fault: 'caller', ...rest };
}

function ofUpstream(meaning: string, rest: Partial<ErrorKind> = {}): ErrorKind {
  return ofCaller(meaning, 502, { fault: 'upstream', ...rest });
}

/** Every `extensions.code` that a client can receive. A test compares the error code reference with this table. */
export const errorKinds = {
  UNAUTHENTICATED: ofCaller('No token or two different tokens were sent, or the Images API did not accept it.', 401),
  FORBIDDEN: ofCaller(
    'The Images API does not allow this token to do this, or the field is reserved for routers.',
    403,
  ),
  BAD_USER_INPUT: ofCaller('An argument or a variable has an invalid value.', 400, {
    fromGraphQL: true,
    revealsSchema: true,
  }),
  RATE_LIMITED: ofCaller(
    'Too many requests; `extensions.retryAfter` is the number of seconds to wait, if known.',
    429,
    { retryable: true },
  ),
  UPSTREAM_TIMEOUT: ofUpstream('The Images API did not answer in time.', { retryable: true }),
  UPSTREAM_UNAVAILABLE: ofUpstream('The Images API is unreachable or failing.', { retryable: true }),
  UPSTREAM_INVALID_RESPONSE: ofUpstream('The Images API sent an invalid response.'),
  BAD_REQUEST: ofCaller(
    'The HTTP request is not a valid GraphQL request: its body, media type or parameters are wrong.',
    400,
  ),
  GRAPHQL_PARSE_FAILED: ofCaller('The document has a GraphQL syntax error.', 400, { fromGraphQL: true }),
  GRAPHQL_VALIDATION_FAILED: ofCaller('The document does not match the schema.', 400, {
    fromGraphQL: true,
    revealsSchema: true,
  }),
  OPERATION_RESOLUTION_FAILURE: ofCaller('The document does not say which of its operations to execute.', 400, {
    fromGraphQL: true,
  }),
  PERSISTED_QUERY_NOT_FOUND: ofCaller('Unknown hash; resend it with the query.', 200, { retryable: true }),
  LIMIT_EXCEEDED: ofCaller(
    'The operation exceeds a limit of the gateway: `extensions` holds the setting, the limit and the amount found.',
    400,
  ),
  DOCUMENT_NOT_TRUSTED: ofCaller('The document is not in the manifest of trusted documents.', 400),
  OVERLOADED: ofCaller('The gateway is overloaded; `extensions.retryAfter` is the number of seconds to wait.', 503, {
    retryable: true,
    fault: 'gateway',
  }),
  SUBSCRIPTION_ENDED: ofCaller(
    'The subscription reached its maximum age, or the gateway is shutting down. Subscribe again after `extensions.retryAfter` ' +
      'seconds: the first payload holds the current state.',
    503,
    { retryable: true, fault: 'gateway' },
  ),
  INTERNAL_SERVER_ERROR: ofCaller('A bug in the gateway; its log has the details under the request id.', 500, {
    fault: 'gateway',
  }),
} as const satisfies Readonly<Record<string, ErrorKind>>;

export type ErrorCode = keyof typeof errorKinds;

/** Whether an operation with errors of these codes failed through no fault of its caller. */
export function isOursToFix(codes: readonly string[]): boolean {
  return codes.some((code) => !(code in errorKinds) || errorKinds[code as ErrorCode].fault !== 'caller');
}

/** What a `GatewayError` reports to a client in addition to its message. */
export interface ErrorDetails {
  /** The HTTP status of a refusal; undefined: that of its code. */
  readonly status?: number | undefined;
  /** The allowed methods, with status 405. */
  readonly allow?: string | undefined;
  /** Seconds to wait before a retry. */
  readonly retryAfter?: number | undefined;
  /** The request id in the upstream response, which its operator can look up in the log. */
  readonly upstreamRequestId?: string | undefined;
  /** `UNKNOWN` if a write may or may not have been carried out. */
  readonly outcome?: 'UNKNOWN' | undefined;
  /** The setting that an operation exceeds, its value, and the amount found, which is a lower bound. */
  readonly limit?: { readonly name: string; readonly allowed: number; readonly found: number } | undefined;
}

/**
 * An error that a client may see. Its message says what failed, why and what to do, and contains no address, no token
 * and no text from upstream. Any other thrown error is a bug and is masked.
 */
export class GatewayError extends Error {
  override readonly name: string = 'GatewayError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}, options?: ErrorOptions) {
    // Refusals need no stack trace, and capturing one costs more than all the rest.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message, options);
    Error.stackTraceLimit = stackTraceLimit;
    this.code = code;
    this.details = details;
  }

  /** Read by graphql-js, which copies it to the error of the failed field. */
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

/** A failed call to an upstream API. */
export class UpstreamError extends GatewayError {
  override readonly name = 'UpstreamError';
  /** Upstream's HTTP status; undefined if there was no response. */
  readonly status: number | undefined;
  /** The text of upstream's error body, for recognising a refusal. Never shown and never logged. */
  readonly #words: string;

  constructor(
    code: ErrorCode,
    message: string,
    rest: Omit<ErrorDetails, 'status'> & { status?: number; words?: string; cause?: unknown } = {},
  ) {
    const { status, words = '', cause, ...details } = rest;
    super(code, message, details, { cause });
    this.status = status;
    this.#words = words;
  }

  /** Whether upstream's error body contains this text, in any format (JSON, HTML, plain). */
  says(text: string): boolean {
    return this.#words.includes(text);
  }
}

/** An error as shown to a client. */
export interface ShownError {
  readonly message: string;
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/**
 * The body of a response with errors and no data: to a refused request, or to an operation that has no other response.
 * The only writer of such bodies.
 *
 * @param requestId undefined if the bytes were not an HTTP request.
 * @param data null if the operation was executed.
 */
export function toErrorBody(errors: readonly ShownError[], requestId: string | undefined, data?: null): string {
  const shown = errors.map((error) => ({ ...error, extensions: { ...error.extensions, requestId } }));
  return `${JSON.stringify({ errors: shown, data })}\n`;
}
