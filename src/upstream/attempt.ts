import { isUtf8 } from 'node:buffer';
import type { Dispatcher } from 'undici';
import { AnswerBody } from './answer-body.ts';

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
  dispatcher: Dispatcher,
  request: AttemptRequest,
  onCancel: (cancel: Cancel) => void,
): Promise<AttemptAnswer> {
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined;
    let ended: Error | true | undefined;
    let status = 0;
    let headers: AttemptAnswer['headers'] = {};
    let interim = 0;
    const body = new AnswerBody(request.maxBodyBytes, request.wantsEnd ?? false);

    function fail(error: Error): void {
      if (ended !== undefined) return;
      ended = error;
      body.take();
      reject(error);
      controller?.abort(error);
    }
    function failTooLarge(): void {
      const error = new TooLargeAnswer(request.maxBodyBytes, body.end);
      fail(status < 300 ? error : new UnusableAnswer(error.message));
    }
    onCancel((reason) => fail(new NoAnswer(controller !== undefined, reason)));

    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(started) {
        controller = started;
        if (ended instanceof Error) started.abort(ended);
      },
      onResponseStart(_controller, code, received) {
        if (code < 200) {
          if (++interim > maxInterimAnswers) fail(new UnusableAnswer('too many interim answers precede it'));
          return;
        }
        status = code;
        headers = received;
        const encoding = received['content-encoding'];
        if (encoding !== undefined && encoding !== 'identity') fail(new UnusableAnswer('the body is encoded'));
        if (!body.admits(Number(received['content-length']))) failTooLarge();
      },
      onResponseData(_controller, chunk) {
        if (ended === undefined && !body.add(chunk)) failTooLarge();
      },
      onResponseEnd() {
        if (ended !== undefined) return;
        if (body.end !== null) return failTooLarge();
        const bytes = body.take();
        if (!isUtf8(bytes)) return fail(new UnusableAnswer('the body is not UTF-8'));
        ended = true;
        resolve({ status, headers, body: bytes.toString('utf8') });
      },
      onResponseError(_controller, error) {
        fail(new NoAnswer(controller !== undefined, error));
      },
    };

    // undici passes a request that it cannot send to `onResponseError`.
    dispatcher.dispatch({ ...request, headersTimeout: 0, bodyTimeout: 0 }, handler);
  });
}
