import type { Token } from '../token.ts';
import type { AttemptRequest } from './attempt.ts';
import type { CallBudget } from './call-budget.ts';

/** An API that the gateway calls, in the words of its messages. */
export interface Service {
  /** Begins a sentence about it: `the Images API`. */
  readonly name: string;
  /** What to do about a token that it does not accept. */
  readonly tokenAdvice: string;
  /** What a 404 means there. */
  readonly notFound: string;
  /** The setting that holds its address. */
  readonly addressSetting: string;
}

/** The trace that a caller's attempts belong to. */
export interface Trace {
  startCall(): { readonly traceparent: string; end(report: AttemptReport): void };
}

/** Who a call is made for. */
export interface Caller {
  /** The caller's own token, sent as `X-Auth-Token`. */
  readonly token: Token;
  /** Sent as `X-Openstack-Request-Id`: at most 64 characters, or Glance answers 500. */
  readonly requestId: string;
  /** Aborts when the caller goes away. */
  readonly signal: AbortSignal;
  /** When the whole operation must be over, on the clock of `performance`; undefined: no limit but that of each call. */
  readonly deadlineAt?: number | undefined;
  /** Undefined: there is none. */
  readonly trace?: Trace | undefined;
  /** What the calls of the operation may cost; undefined: anything. */
  readonly budget?: CallBudget | undefined;
  /** Whether a call may be tried again, where it could be; asked before each retry. By default it may. */
  readonly mayRetry?: (() => boolean) | undefined;
}

/** One call to an API. */
export interface Call {
  /** The operation's name in logs, metrics and messages: `listMembers`. */
  readonly operation: string;
  /** What is being done, for messages: `list the members of image 4f…`. */
  readonly doing: string;
  readonly method: AttemptRequest['method'];
  /** Path and query below the API's base path: `/images/4f…/members`. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Whether the call is about the caller's own token, which is then sent as `X-Subject-Token` as well. */
  readonly isAboutToken?: boolean;
  /** Whether an answer that is too large is still read to its end: see `TooLargeAnswer`. */
  readonly wantsEnd?: boolean;
}

/** What became of one attempt, for logs and metrics. */
export interface AttemptReport {
  readonly operation: string;
  readonly method: string;
  /** Upstream's status; undefined when no answer came. */
  readonly status: number | undefined;
  /** Why no answer came; undefined when one did. */
  readonly failure: 'timeout' | 'cancelled' | 'unusable' | 'unreachable' | undefined;
  readonly durationMs: number;
  /** Counted from 1. */
  readonly attempt: number;
  readonly requestId: string;
}
