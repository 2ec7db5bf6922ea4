import type { Dispatcher } from 'undici';
import { UpstreamError } from '../errors.ts';
import { type AttemptAnswer, type AttemptRequest, attempt, type Cancel, NoAnswer, UnusableAnswer } from './attempt.ts';
import type { Breaker } from './breaker.ts';
import type { AttemptReport, Call, Caller, Service } from './call.ts';
import { CallerGone, type Deadline, DeadlineExceeded, type GaveUp, isOver, onDeadline } from './deadline.ts';
import type { FairQueue } from './fair-queue.ts';
import { type OnCancel, outliveCaller, sleep } from './give-up.ts';
import type { RetryBudget } from './retry-budget.ts';
import { isSuccess, toUpstreamError } from './status.ts';

export interface TransportOptions {
  /** The API that is called. */
  readonly service: Service;
  readonly dispatcher: Dispatcher;
  /** The base path of the API, without a slash at its end: `/v2`. */
  readonly basePath: string;
  /** How long a call may take in all: waiting for a connection, every attempt, every body. */
  readonly deadlineMs: number;
  /** The largest body of an answer, in bytes. */
  readonly maxBodyBytes: number;
  /** How often a read is tried again, at most. */
  readonly retries: number;
  /** Who may call when: no more calls at once than there are connections, and each token in its turn. */
  readonly queue: FairQueue;
  readonly breaker: Breaker;
  readonly retryBudget: RetryBudget;
  readonly observe: (report: AttemptReport) => void;
  /** Is called with calls that were never made. */
  readonly onRefused: (reason: Refused) => void;
  /** Hears of rows that were left out of an answer. */
  readonly onDropped: (operation: string, rows: number) => void;
}

/** Why a call is not made. */
type Refused = 'queue' | 'breaker';

/** Makes calls to one API: one deadline for each, reads tried again where that is safe, writes sent once. */
export class Transport {
  readonly #options: TransportOptions;

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  /** The API that is called. */
  get service(): Service {
    return this.#options.service;
  }

  /** When a call that this caller makes now must be over. */
  deadlineOf({ deadlineAt = Number.POSITIVE_INFINITY }: Pick<Caller, 'deadlineAt'>): Deadline {
    return { at: Math.min(performance.now() + this.#options.deadlineMs, deadlineAt) };
  }

  /**
   * Makes one call.
   *
   * @param deadline when it must be over; the caller may put that off while the call is under way.
   * @returns the body of the answer, as text.
   * @throws UpstreamError for a status that does not mean success, and when no usable answer came in time.
   */
  async call(call: Call, caller: Caller, deadline: Deadline = this.deadlineOf(caller)): Promise<string> {
    const { basePath, maxBodyBytes, retries, retryBudget } = this.#options;
    const body = call.body === undefined ? null : JSON.stringify(call.body);
    const headers = ['accept', 'application/json', 'accept-encoding', 'identity'];
    const token = caller.token.reveal();
    headers.push('x-auth-token', token, 'x-openstack-request-id', caller.requestId);
    if (call.isAboutToken) headers.push('x-subject-token', token);
    if (body !== null) headers.push('content-type', 'application/json');
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

  /** @returns the body on success, or the failure if another attempt might help. */
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
    // While the call waited, upstream may have refused the token, or gone.
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

  /** Sends a request whose turn has come, and tells everyone concerned what became of it. @throws what `attempt` does. */
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
    const trace = caller.trace?.startCall();
    try {
      const traced = trace ? { ...request, headers: [...request.headers, 'traceparent', trace.traceparent] } : request;
      answer = await attempt(this.#options.dispatcher, traced, onCancel);
      return answer;
    } catch (error) {
      failure = toFailure(error);
      throw error;
    } finally {
      const durationMs = performance.now() - start;
      queue.leave(caller.token.id);
      // Who waited long for a turn may have no time left for an answer: that says nothing of upstream.
      const late = failure === 'timeout' && durationMs < this.#options.deadlineMs / 2;
      if (isDown(answer, failure) && !late) breaker.failed();
      else if (answer !== undefined || failure === 'unusable') breaker.succeeded();
      const report = {
        operation: call.operation,
        method: call.method,
        status: answer?.status,
        failure,
        durationMs,
        attempt: number,
        requestId: caller.requestId,
      };
      trace?.end(report);
      this.#options.observe(report);
    }
  }

  /** Waits for a turn to call. */
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
    const why = reason === 'queue' ? `too many calls wait for ${name}.` : `${name} has not answered for a while.`;
    const retryAfter = reason === 'breaker' ? Math.max(1, Math.ceil(breaker.waitMs() / 1000)) : 1;
    return new UpstreamError('UPSTREAM_UNAVAILABLE', `Could not ${call.doing}: ${why}`, { retryAfter });
  }

  /** Counts rows that were left out of the answer to a call. */
  dropped({ operation }: Pick<Call, 'operation'>, rows: number): void {
    this.#options.onDropped(operation, rows);
  }

  /** The error for a caller who stops waiting for a call that goes on for others. */
  giveUp(call: Call, reason: GaveUp): UpstreamError {
    return this.#toError(call, reason);
  }

  #toError(call: Call, cause: unknown): UpstreamError {
    if (cause instanceof UpstreamError) return cause;
    const failure = toFailure(cause);
    const { name } = this.service;
    // Who gives up between two attempts, or before the first, leaves nothing behind at upstream.
    const sent = cause instanceof UnusableAnswer || (cause instanceof NoAnswer && cause.sent);
    const outcome = call.method !== 'GET' && sent ? ('UNKNOWN' as const) : undefined;
    switch (failure) {
      case 'timeout':
        return new UpstreamError('UPSTREAM_TIMEOUT', `Could not ${call.doing}: ${name} did not answer in time.`, {
          outcome,
          cause,
        });
      case 'cancelled':
        return new UpstreamError('UPSTREAM_UNAVAILABLE', `Could not ${call.doing}: the caller went away.`, {
          outcome,
          cause,
        });
      case 'unusable':
        return new UpstreamError(
          'UPSTREAM_INVALID_RESPONSE',
          `Could not ${call.doing}: ${name} sent an answer that cannot be used.`,
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

/** Whether upstream, or what stands before it, is not there: a 500 may be about one image alone. */
function isDown(answer: AttemptAnswer | undefined, failure: AttemptReport['failure']): boolean {
  if (answer !== undefined) return answer.status > 501;
  return failure === 'unreachable' || failure === 'timeout';
}

/** Why a signal was aborted: those who share a call may all have run out of time. */
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

/** How long to wait before another attempt; null where none can help. Jittered, so that callers do not come in waves. */
function retryDelayMs(error: UpstreamError, number: number): number | null {
  const { retryAfter } = error.details;
  if (error.code === 'RATE_LIMITED') return retryAfter === undefined ? null : retryAfter * 1000;
  if (error.code !== 'UPSTREAM_UNAVAILABLE') return null;
  if (retryAfter !== undefined) return retryAfter * 1000;
  return Math.random() * 50 * 2 ** number;
}
