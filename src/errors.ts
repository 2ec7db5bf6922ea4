/**
 * Every `extensions.code` that a client can meet, with what it means. README documents this table; a test holds the two
 * in step.
 */
export const errorCodes = {
  UNAUTHENTICATED: 'No token was sent, two different ones were, or the Images API did not accept it.',
  FORBIDDEN: 'The Images API does not allow this token to do this, or the gateway keeps it for its router.',
  BAD_USER_INPUT: 'An argument has a value that cannot be used.',
  RATE_LIMITED: 'Too many requests; `extensions.retryAfter` says how many seconds to wait, where that is known.',
  UPSTREAM_TIMEOUT: 'The Images API did not answer in time.',
  UPSTREAM_UNAVAILABLE: 'The Images API cannot be reached, or fails.',
  UPSTREAM_INVALID_RESPONSE: 'The Images API answered with something that it should not answer with.',
  BAD_REQUEST: 'The HTTP request is no GraphQL request: its body, its media type or its parameters are wrong.',
  GRAPHQL_PARSE_FAILED: 'The document is not GraphQL.',
  GRAPHQL_VALIDATION_FAILED: 'The document does not fit the schema.',
  OPERATION_RESOLUTION_FAILURE: 'The document does not say which of its operations to execute.',
  PERSISTED_QUERY_NOT_FOUND: 'The document of this hash is not known yet; send it along.',
  LIMIT_EXCEEDED:
    'The operation is over a limit of the gateway: `extensions` has the setting, what it allows and what was found.',
  DOCUMENT_NOT_TRUSTED: 'The gateway executes only documents of its manifest, and this is none of them.',
  OVERLOADED: 'The gateway has too much to do; `extensions.retryAfter` says how many seconds to wait.',
  INTERNAL_SERVER_ERROR: 'A defect of the gateway; its log has more under the request id.',
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** What a `GatewayError` tells a client beside its message. */
export interface ErrorDetails {
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
    super(message, options);
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
