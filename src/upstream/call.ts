import type { CallSignal } from '../call-abort.ts';
import type { Token } from '../token.ts';
import type { OperationTrace, TraceIds } from '../tracing/trace.ts';
import type { AttemptRequest } from './attempt.ts';
import type { CallBudget } from './call-budget.ts';

/** An API that the gateway calls, as named in messages. */
export interface Service {
  /** Label in logs and metrics. */
  readonly label: 'images' | 'identity';
  /** Name that starts a clause: `the Images API`. */
  readonly name: string;
  /** Advice for a caller whose token it does not accept. */
  readonly tokenAdvice: string;
  /** Meaning of a 404 from this API. */
  readonly notFound: string;
  /** The setting that holds its base URL. */
  readonly addressSetting: string;
}

/** The caller on whose behalf calls are made. */
export interface Caller {
  /** The caller's own token, sent as `X-Auth-Token`. */
  readonly token: Token;
  /** Sent as `X-Openstack-Request-Id`: at most 64 characters, or Glance answers 500. */
  readonly requestId: string;
  /** Aborts when the caller disconnects. */
  readonly signal: CallSignal;
  /** Deadline of the whole operation, on the `performance` clock; undefined: only each call has a deadline. */
  readonly deadlineAt?: number | undefined;
  /** Undefined: the operation is not traced. */
  readonly trace?: OperationTrace | undefined;
  /** Limits on the calls of the operation; undefined: no limits. */
  readonly budget?: CallBudget | undefined;
  /** Is called before each retry; returning false prevents it. By default retries are allowed. */
  readonly mayRetry?: (() => boolean) | undefined;
}

/** One call to an API. */
export interface Call {
  /** The operation's name in logs, metrics and messages: `listMembers`. */
  readonly operation: string;
  /** Completes "Could not …" in messages: `list the members of image 4f…`. */
  readonly doing: string;
  readonly method: AttemptRequest['method'];
  /** Path and query below the API's base path: `/images/4f…/members`. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** The media type of the body; `application/json` by default. */
  readonly mediaType?: string;
  /** Whether the call looks up the caller's own token, which is then also sent as `X-Subject-Token`. */
  readonly isAboutToken?: boolean;
  /** Whether to read an oversized response to its end: see `TooLargeAnswer`. */
  readonly wantsEnd?: boolean;
}

/** The result of one attempt, for logs and metrics. */
export interface AttemptReport extends Partial<TraceIds> {
  readonly operation: string;
  readonly method: string;
  /** Upstream's HTTP status; undefined if there was no response. */
  readonly status: number | undefined;
  /** Why there was no usable response; undefined if there was one. */
  readonly failure: 'timeout' | 'cancelled' | 'unusable' | 'unreachable' | undefined;
  readonly durationMs: number;
  /** The first attempt is 1. */
  readonly attempt: number;
  readonly requestId: string;
}
