import { UpstreamError } from '../errors.ts';
import { Lockstep } from '../lockstep.ts';
import type { CallTrace } from '../tracing/trace.ts';
import { type AttemptAnswer, type AttemptRequest, attempt, type Cancel, NoAnswer, UnusableAnswer } from './attempt.ts';
import type { Breaker } from './breaker.ts';
import type { AttemptReport, Call, Caller, Service } from './call.ts';
import type { Connections } from './connection-pool.ts';
import { CallerGone, DeadlineExceeded, type GaveUp, isOver, type Patience, toReason, Wait } from './deadline.ts';
import type { FairQueue } from './fair-queue.ts';
import { type OnCancel, outliveCaller, sleep } from './give-up.ts';
import { toHealth } from './health.ts';
import type { RetryBudget } from './retry-budget.ts';
import { isSuccess, toUpstreamError } from './status.ts';
import { toUrlTemplate } from './url-template.ts';

export interface TransportOptions {
  readonly service: Service;
  readonly pool: Connections;
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

/** A call, on whose behalf it is made, and how long it is wanted. */
interface Task {
  readonly call: Call;
  readonly caller: Caller;
  readonly patience: Patience;
}

/** Why a call is refused before it is sent. */
type Refused = 'queue' | 'breaker';

/** Makes calls to one API, each with one deadline. Reads are retried; writes are sent once. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #lockstep = new Lockstep();

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  /** The API that is called. */
  get service(): Service {
    return this.#options.service;
  }

  /** The patience of this caller for a call that it starts now. */
  patienceOf({ signal, deadlineAt = Number.POSITIVE_INFINITY }: Pick<Caller, 'signal' | 'deadlineAt'>): Patience {
    return { signal, deadline: { at: Math.min(performance.now() + this.#options.deadlineMs, deadlineAt) } };
  }

  /**
   * Makes one call.
   *
   * @param patience used instead of the caller's own; its deadline may be extended while the call is in progress.
   * @returns the response body, as text.
   * @throws UpstreamError for an error status, and if there is no usable response in time.
   */
  async call(call: Call, caller: Caller, patience: Patience = this.patienceOf(caller)): Promise<string> {
    const { retries, retryBudget } = this.#options;
    const attempts = call.method === 'GET' ? retries + 1 : 1;
    const { signal, deadline } = patience;
    let cancel: Cancel = () => {};
    const onCancel: OnCancel = (c) => {
      cancel = c;
    };
    const wait = new Wait(patience, (reason) => cancel(reason));
    try {
      if (signal.aborted) throw toReason(signal);
      if (isOver(deadline)) throw new DeadlineExceeded();
      retryBudget.call();
      for (let number = 1; ; number++) {
        const turn = this.#enter(call, caller, onCancel);
        // Without a wait, the call is sent in the same microtask.
        if (turn !== undefined) await turn;
        const result = await this.#attempt({ call, caller, patience }, number, onCancel);
        if (typeof result === 'string') return result;
        const delayMs = retryDelayMs(result, number);
        if (number >= attempts || delayMs === null || performance.now() + delayMs >= deadline.at) throw result;
        // The caller may have left while the answer waited to be processed.
        if (signal.aborted) throw toReason(signal);
        if (caller.mayRetry?.() === false || !retryBudget.take()) throw result;
        await sleep(delayMs, onCancel);
      }
    } catch (error) {
      throw this.#toError(call, error);
    } finally {
      wait.end();
    }
  }

  /** Enters the queue; `leave` must follow. @returns undefined if there was no wait. @throws UpstreamError if refused. */
  #enter(call: Call, caller: Caller, onCancel: OnCancel): Promise<void> | undefined {
    const { queue, breaker } = this.#options;
    const { id } = caller.token;
    if (breaker.waitMs() > 0) throw this.#refuse(call, 'breaker');
    if (queue.tryEnter(id)) return undefined;
    if (queue.isFull(id)) throw this.#refuse(call, 'queue');
    return new Promise((resolve, reject) => {
      const entry = queue.wait(id, resolve);
      onCancel((reason) => {
        queue.stopWaiting(id, entry);
        reject(reason);
      });
    });
  }

  /** Makes an attempt after `#enter`. @returns the body on success, or the error if a retry might help. */
  #attempt(task: Task, number: number, onCancel: OnCancel): Promise<string | UpstreamError> {
    const { call, caller, patience } = task;
    const { queue, breaker, deadlineMs } = this.#options;
    // While the call waited, its caller may have left, upstream may have refused the token, or the breaker may have opened.
    const refusal = patience.signal.aborted ? toReason(patience.signal) : (caller.budget?.refusal ?? null);
    const pass = refusal === null ? breaker.pass() : 'stop';
    if (pass === 'stop') {
      queue.leave(caller.token.id);
      throw refusal ?? this.#refuse(call, 'breaker');
    }
    if (pass === 'go') return this.#send(task, number, onCancel);
    return outliveCaller((whenEnded) => this.#send(task, number, whenEnded), onCancel, deadlineMs);
  }

  /** Sends a request, and reports the result to queue, breaker, trace and budget. @returns as `#attempt`. */
  async #send({ call, caller, patience }: Task, number: number, onCancel: OnCancel): Promise<string | UpstreamError> {
    const { queue, breaker } = this.#options;
    const request = toRequest(call, caller, this.#options);
    const start = performance.now();
    let answer: AttemptAnswer | undefined;
    let error: unknown;
    const trace = startTrace(caller, call, number, this.#options);
    try {
      answer = await attempt(this.#options.pool, withTrace(request, trace), onCancel);
    } catch (thrown) {
      error = thrown;
    }
    const failure = answer === undefined ? toFailure(error) : undefined;
    const durationMs = performance.now() - start;
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
    if (answer !== undefined) {
      if (isFinal(answer)) patience.onAnswer?.();
      await this.#lockstep.join();
    }
    queue.leave(caller.token.id);
    const startedLate = durationMs < this.#options.deadlineMs / 2;
    const health = toHealth(request, answer, failure, startedLate);
    if (health === 'down') breaker.failed();
    else if (health === 'up') breaker.succeeded();
    this.#options.observe(report);
    if (answer !== undefined) {
      caller.budget?.receive(answer.body.length);
      return isSuccess(answer.status) ? answer.body : toUpstreamError(this.service, call, answer, caller.token);
    }
    if (failure !== 'unreachable') throw error;
    return this.#toError(call, error);
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

  /** The error for a caller that stops waiting for a shared call. */
  toGiveUpError(call: Call, reason: GaveUp): UpstreamError {
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

/** The request of each attempt. */
function toRequest(
  call: Call,
  { token, requestId }: Caller,
  { basePath, maxBodyBytes }: TransportOptions,
): AttemptRequest {
  const body = call.body === undefined ? null : JSON.stringify(call.body);
  const { method, path, wantsEnd } = call;
  const secret = token.reveal();
  const headers = ['accept', 'application/json', 'accept-encoding', 'identity', 'x-auth-token', secret];
  headers.push('x-openstack-request-id', requestId);
  if (call.isAboutToken) headers.push('x-subject-token', secret);
  if (body !== null) headers.push('content-type', call.mediaType ?? 'application/json');
  return { method, path: basePath + path, headers, body, maxBodyBytes, wantsEnd };
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

function toFailure(error: unknown): 'timeout' | 'cancelled' | 'unusable' | 'unreachable' {
  const reason = error instanceof NoAnswer ? error.cause : error;
  if (reason instanceof DeadlineExceeded) return 'timeout';
  if (reason instanceof CallerGone) return 'cancelled';
  if (reason instanceof UnusableAnswer) return 'unusable';
  return 'unreachable';
}

/** Whether a call is certainly not tried again after this answer. */
function isFinal({ status }: AttemptAnswer): boolean {
  return status < 500 && status !== 413 && status !== 429;
}

/** Delay before the next attempt; null if a retry cannot help. Jittered, so that retries do not come in waves. */
function retryDelayMs(error: UpstreamError, number: number): number | null {
  const { retryAfter } = error.details;
  if (error.code === 'RATE_LIMITED') return retryAfter === undefined ? null : retryAfter * 1000;
  if (error.code !== 'UPSTREAM_UNAVAILABLE') return null;
  if (retryAfter !== undefined) return retryAfter * 1000;
  return Math.random() * 50 * 2 ** number;
}
