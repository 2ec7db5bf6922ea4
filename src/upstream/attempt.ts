import { isUtf8 } from 'node:buffer';
import type { Dispatcher } from 'undici';
import { AnswerBody } from './answer-body.ts';
import type { Connections, PooledConnection, Requester } from './connection-pool.ts';

/** The HTTP request of one attempt. */
export interface AttemptRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query, as sent. */
  readonly path: string;
  /** Alternating names and values. */
  readonly headers: string[];
  readonly body: string | null;
  /** The largest accepted response body, in bytes. */
  readonly maxBodyBytes: number;
  /** Whether to read a larger body to its end, for `TooLargeAnswer.end`. */
  readonly wantsEnd?: boolean | undefined;
}

/** A complete response, of any status. */
export interface AttemptAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A response that is not accepted: too large, encoded, not UTF-8, or preceded by too many interim responses. */
export class UnusableAnswer extends Error {
  override readonly name: string = 'UnusableAnswer';
}

/** A successful response whose body is too large; a request for fewer rows may fit. */
export class TooLargeAnswer extends UnusableAnswer {
  override readonly name = 'TooLargeAnswer';
  /** The end of the body, as Latin-1; null if it was not read. */
  readonly end: string | null;

  constructor(maxBodyBytes: number, end: string | null) {
    super(`the body is larger than ${maxBodyBytes} bytes`);
    this.end = end;
  }
}

/** No response, or an incomplete one. The cause is the network error, or the reason passed to `Cancel`. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  /** Whether upstream may have received the request. */
  readonly sent: boolean;

  constructor(sent: boolean, cause: unknown) {
    super('upstream gave no answer', { cause });
    this.sent = sent;
  }
}

/** Cancels an attempt, whatever stage it is in. */
export type Cancel = (reason: Error) => void;

/** Maximum number of interim responses (1xx) before the final one; a well-behaved server sends one or two. */
const maxInterimAnswers = 1_000;

/**
 * Sends one request and buffers the whole response. Does not follow redirects or decode content encodings.
 * `onCancel` receives a function that ends the attempt immediately, even while it waits for a connection.
 *
 * @throws UnusableAnswer, or NoAnswer, whose cause is the reason passed to `Cancel` if the attempt was cancelled.
 */
export function attempt(
  pool: Connections,
  request: AttemptRequest,
  onCancel: (cancel: Cancel) => void,
): Promise<AttemptAnswer> {
  return new Promise((resolve, reject) => {
    const exchange = new Exchange(pool, request, resolve, reject);
    onCancel((reason) => exchange.cancel(reason));
    pool.acquire(exchange);
  });
}

/** One request and its response. A class, because closures for each request would take time and memory. */
class Exchange implements Requester, Dispatcher.DispatchHandler {
  readonly #pool: Connections;
  readonly #request: AttemptRequest;
  readonly #resolve: (answer: AttemptAnswer) => void;
  readonly #reject: (error: Error) => void;
  readonly #body: AnswerBody;
  #connection: PooledConnection | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #ended: Error | true | undefined;
  #status = 0;
  #headers: AttemptAnswer['headers'] = {};
  #interim = 0;

  constructor(
    pool: Connections,
    request: AttemptRequest,
    resolve: (answer: AttemptAnswer) => void,
    reject: (error: Error) => void,
  ) {
    this.#pool = pool;
    this.#request = request;
    this.#body = new AnswerBody(request.maxBodyBytes, request.wantsEnd ?? false);
    this.#resolve = resolve;
    this.#reject = reject;
  }

  send(connection: PooledConnection): void {
    this.#connection = connection;
    // undici passes a request that it cannot send to `onResponseError`, before `dispatch` returns.
    connection.dispatch(this.#request, this);
  }

  cancel(reason: Error): void {
    this.#pool.stopWaiting(this);
    this.#fail(new NoAnswer(this.#controller !== undefined, reason));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#ended instanceof Error) controller.abort(this.#ended);
  }

  onResponseStart(_controller: unknown, status: number, headers: AttemptAnswer['headers']): void {
    if (status < 200) {
      if (++this.#interim > maxInterimAnswers) this.#fail(new UnusableAnswer('too many interim answers precede it'));
      return;
    }
    this.#status = status;
    this.#headers = headers;
    const encoding = headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity') this.#fail(new UnusableAnswer('the body is encoded'));
    if (!this.#body.admits(Number(headers['content-length']))) this.#failTooLarge();
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    if (this.#ended === undefined && !this.#body.add(chunk)) this.#failTooLarge();
  }

  onResponseEnd(): void {
    this.#release();
    if (this.#ended !== undefined) return;
    if (this.#body.end !== null) {
      this.#failTooLarge();
      return;
    }
    const bytes = this.#body.take();
    if (isUtf8(bytes)) {
      this.#ended = true;
      this.#resolve({ status: this.#status, headers: this.#headers, body: bytes.toString('utf8') });
    } else this.#fail(new UnusableAnswer('the body is not UTF-8'));
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.#release();
    this.#fail(new NoAnswer(this.#controller !== undefined, error));
  }

  #release(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    if (connection !== undefined) this.#pool.release(connection);
  }

  #failTooLarge(): void {
    const error = new TooLargeAnswer(this.#request.maxBodyBytes, this.#body.end);
    this.#fail(this.#status < 300 ? error : new UnusableAnswer(error.message));
  }

  #fail(error: Error): void {
    if (this.#ended !== undefined) return;
    this.#ended = error;
    this.#body.take();
    this.#reject(error);
    this.#controller?.abort(error);
  }
}
