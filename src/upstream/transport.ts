import type { Dispatcher } from 'undici';
import { UpstreamError } from '../errors.ts';
import type { CallTrace } from '../tracing/trace.ts';
import { type AttemptAnswer, type AttemptRequest, attempt, type Cancel, NoAnswer, UnusableAnswer } from './attempt.ts';
import type { Breaker } from './breaker.ts';
import type { AttemptReport, Call, Caller, Service } from './call.ts';
import { CallerGone, type Deadline, DeadlineExceeded, type GaveUp, isOver, onDeadline } from './deadline.ts';
import type { FairQueue } from './fair-queue.ts';
import { type OnCancel, outliveCaller, sleep } from './give-up.ts';
import { toHealth } from './health.ts';
import type { RetryBudget } from './retry-budget.ts';
import { isSuccess, toUpstreamError } from './status.ts';
import { toUrlTemplate } from './url-template.ts';

export interface TransportOptions {
  readonly service: Service;
  readonly dispatcher: Dispatcher;
  /** Scheme, host and port of the API, for traces. */
  readonly origin: string;
  /** The base path of the API, without a trailing slash: `/v2`. */
  readonly basePath: string;
  /** Timeout of a whole call: the wait for a connection, every attempt and every body. */
  readonly deadlineMs: number;
  /** Maximum size of a response body, in bytes. */
  readonly maxBodyBytes: number;
  /** Maximum number of retries of a read. */
  readonly retries: number;
  /** Limits concurrent calls to the number of connections; tokens take turns. */
  readonly queue: FairQueue;
  readonly breaker: Breaker;
  readonly retryBudget: RetryBudget;
  readonly observe: (report: AttemptReport) => void;
  /** Is called for each call that is refused before it is sent. */
  readonly onRefused: (reason: Refused) => void;
  /** Is called with the number of rows that were left out of a response. */
  readonly onDropped: (operation: string, rows: number) => void;
}

/** Why a call is refused before it is sent. */
type Refused = 'queue' | 'breaker';

/** Makes calls to one API, each with one deadline. Reads are retried; writes are sent once. */
export class Transport {
  readonly #options: TransportOptions;

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  /** The API that is called. */
  get service(): Service {
    return this.#options.service;
  }

  /** The deadline of a call that this caller starts now. */
  deadlineOf({ deadlineAt = Number.POSITIVE_INFINITY }: Pick<Caller, 'deadlineAt'>): Deadline {
    return { at: Math.min(performance.now() + this.#options.deadlineMs, deadlineAt) };
  }

  /**
   * Makes one call.
   *
   * @param deadline may be extended while the call is in progress.
   * @returns the response body, as text.
   * @throws UpstreamError for an error status, and if there is no usable response in time.
   */
  async call(call: Call, caller: Caller, deadline: Deadline = this.deadlineOf(caller)): Promise<string> {
    const { basePath, maxBodyBytes, retries, retryBudget } = this.#options;
    const body = call.body === undefined ? null : JSON.stringify(call.body);
    const headers = ['accept', 'application/json', 'accept-encoding', 'identity'];
    const token = caller.token.reveal();
    headers.push('x-auth-token', token, 'x-openstack-request-id', caller.requestId);
    if (call.isAboutToken) headers.push('x-subject-token', token);
    if (body !== null) headers.push('content-type', call.mediaType ?? 'application/json');
    const { method, path, wantsEnd } = call;
    const request: AttemptRequest = { method, path: basePath + path, headers, body, maxBodyBytes, wantsEnd };
    const attempts = method === 'GET' ? retries + 1 : 1;

    let cancel: Cancel = () => {};
    const disarm = onDeadline(deadline, () => cancel(new DeadlineExceeded()));
    const onAbort = (): void => cancel(toReason(caller.signal));
    caller.signal.addEventListener('abort', onAbort, { once: true });
    try {
      if (caller.signal.aborted) throw toReason(caller.signal);
      if (isOver(deadline)) throw new DeadlineExceeded();
      retryBudget.call();
      for (let number = 1; ; number++) {
        const error = await this.#attempt(call, caller, request, number, (c) => {
          cancel = c;
        });
        if (typeof error === 'string') return error;
        const delayMs = retryDelayMs(error, number);
        if (number >= attempts || delayMs === null || performance.now() + delayMs >= deadline.at) throw error;
        if (caller.mayRetry?.() === false || !retryBudget.take()) throw error;
        await sleep(delayMs, (c) => {
          cancel = c;
        });
      }
    } catch (error) {
      throw this.#toError(call, error);
    } finally {
      disarm();
      caller.signal.removeEventListener('abort', onAbort);
    }
  }

  /** @returns the body on success, or the error if a retry might help. */
  async #attempt(
    call: Call,
    caller: Caller,
    request: AttemptRequest,
    number: number,
    onCancel: OnCancel,
  ): Promise<string | UpstreamError> {
    const { queue, breaker, deadlineMs } = this.#options;
    if (breaker.waitMs() > 0) throw this.#refuse(call, 'breaker');
    if (!queue.tryEnter(caller.token.id)) await this.#wait(call, caller, onCancel);
    // While the call waited, upstream may have refused the token, or the breaker may have opened.
    const refusal = caller.budget?.refusal ?? null;
    const pass = refusal === null ? breaker.pass() : 'stop';
    if (pass === 'stop') {
      queue.leave(caller.token.id);
      throw refusal ?? this.#refuse(call, 'breaker');
    }
    const send = (whenEnded: OnCancel) => this.#send(call, caller, request, number, whenEnded);
    try {
      const answer = await (pass === 'trial' ? outliveCaller(send, onCancel, deadlineMs) : send(onCancel));
      caller.budget?.receive(answer.body.length);
      return isSuccess(answer.status) ? answer.body : toUpstreamError(this.service, call, answer, caller.token);
    } catch (error) {
      if (toFailure(error) !== 'unreachable') throw error;
      return this.#toError(call, error);
    }
  }

  /** Sends a request whose turn has come, and reports the result to queue, breaker and trace. @throws as `attempt`. */
  async #send(
    call: Call,
    caller: Caller,
    request: AttemptRequest,
    number: number,
    onCancel: OnCancel,
  ): Promise<AttemptAnswer> {
    const { queue, breaker } = this.#options;
    const start = performance.now();
    let answer: AttemptAnswer | undefined;
    let failure: AttemptReport['failure'];
    const trace = startTrace(caller, call, number, this.#options);
    try {
      answer = await attempt(this.#options.dispatcher, withTrace(request, trace), onCancel);
      return answer;
    } catch (error) {
      failure = toFailure(error);
      throw error;
    } finally {
      const durationMs = performance.now() - start;
      queue.leave(caller.token.id);
      const startedLate = durationMs < this.#options.deadlineMs / 2;
      const health = toHealth(request, answer, failure, startedLate);
      if (health === 'down') breaker.failed();
      else if (health === 'up') breaker.succeeded();
      const report = {
        operation: call.operation,
        method: call.method,
        status: answer?.status,
        failure,
        durationMs,
        attempt: number,
        requestId: caller.requestId,
        ...trace?.ids,
      };
      trace?.end(report);
      this.#options.observe(report);
    }
  }

  /** Waits for a turn in the queue. */
  #wait(call: Call, { token }: Caller, onCancel: OnCancel): Promise<void> {
    const { queue } = this.#options;
    if (queue.isFull(token.id)) throw this.#refuse(call, 'queue');
    return new Promise((resolve, reject) => {
      const giveUp = queue.wait(token.id, resolve);
      onCancel((reason) => {
        giveUp();
        reject(reason);
      });
    });
  }

  #refuse(call: Call, reason: Refused): UpstreamError {
    const { breaker, onRefused } = this.#options;
    onRefused(reason);
    const { name } = this.service;
    const why = reason === 'queue' ? `too many calls are waiting for ${name}` : `${name} has not answered for a while`;
    const retryAfter = reason === 'breaker' ? Math.max(1, Math.ceil(breaker.waitMs() / 1000)) : 1;
    const message = `Could not ${call.doing}: ${why}. Try again later.`;
    return new UpstreamError('UPSTREAM_UNAVAILABLE', message, { retryAfter });
  }

  /** Reports rows that were left out of a response. */
  dropped({ operation }: Pick<Call, 'operation'>, rows: number): void {
    this.#options.onDropped(operation, rows);
  }

  /** The error for a caller that stops waiting for a call that continues for others. */
  giveUp(call: Call, reason: GaveUp): UpstreamError {
    return this.#toError(call, reason);
  }

  #toError(call: Call, cause: unknown): UpstreamError {
    if (cause instanceof UpstreamError) return cause;
    const failure = toFailure(cause);
    const { name } = this.service;
    // A call cancelled between attempts has nothing in progress at upstream.
    const sent = cause instanceof UnusableAnswer || (cause instanceof NoAnswer && cause.sent);
    const outcome = call.method !== 'GET' && sent ? ('UNKNOWN' as const) : undefined;
    switch (failure) {
      case 'timeout':
        return new UpstreamError('UPSTREAM_TIMEOUT', `Could not ${call.doing}: ${name} did not answer in time.`, {
          outcome,
          cause,
        });
      case 'cancelled':
        return new UpstreamError('UPSTREAM_UNAVAILABLE', `Could not ${call.doing}: the caller disconnected.`, {
          outcome,
          cause,
        });
      case 'unusable':
        return new UpstreamError(
          'UPSTREAM_INVALID_RESPONSE',
          `Could not ${call.doing}: ${name} sent an unusable response.`,
          { outcome, cause },
        );
      case 'unreachable':
        return new UpstreamError(
          'UPSTREAM_UNAVAILABLE',
          `Could not ${call.doing}: ${name} cannot be reached, or closed the connection.`,
          { outcome, cause },
        );
    }
  }
}

function withTrace(request: AttemptRequest, trace: CallTrace | undefined): AttemptRequest {
  return trace === undefined ? request : { ...request, headers: [...request.headers, ...trace.headers] };
}

function startTrace(
  { trace }: Caller,
  { method, path }: Call,
  attempt: number,
  { origin, basePath }: TransportOptions,
): CallTrace | undefined {
  return trace?.startCall({ method, origin, template: basePath + toUrlTemplate(path), attempt });
}

/** Why a signal was aborted: the deadlines of all callers that share the call may have passed. */
function toReason({ reason }: AbortSignal): GaveUp {
  return reason instanceof DeadlineExceeded ? reason : new CallerGone();
}

function toFailure(error: unknown): 'timeout' | 'cancelled' | 'unusable' | 'unreachable' {
  const reason = error instanceof NoAnswer ? error.cause : error;
  if (reason instanceof DeadlineExceeded) return 'timeout';
  if (reason instanceof CallerGone) return 'cancelled';
  if (reason instanceof UnusableAnswer) return 'unusable';
  return 'unreachable';
}

/** Delay before the next attempt; null if a retry cannot help. Jittered, so that retries do not come in waves. */
function retryDelayMs(error: UpstreamError, number: number): number | null {
  const { retryAfter } = error.details;
  if (error.code === 'RATE_LIMITED') return retryAfter === undefined ? null : retryAfter * 1000;
  if (error.code !== 'UPSTREAM_UNAVAILABLE') return null;
  if (retryAfter !== undefined) return retryAfter * 1000;
  return Math.random() * 50 * 2 ** number;
}
