import { isUtf8 } from 'node:buffer';
import type { Dispatcher } from 'undici';
import { AnswerBody } from './answer-body.ts';

/** What goes over the wire in one attempt. */
export interface AttemptRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query, as they are sent. */
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: string[];
  readonly body: string | null;
  /** The largest body of an answer that is accepted, in bytes. */
  readonly maxBodyBytes: number;
  /** Whether a larger one is still read to its end, for `TooLargeAnswer.end`. */
  readonly wantsEnd?: boolean | undefined;
}

/** What came back: a whole answer, of any status. */
export interface AttemptAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** An answer that came, but cannot be taken: too large, encoded, not UTF-8, preceded by too many interim answers. */
export class UnusableAnswer extends Error {
  override readonly name: string = 'UnusableAnswer';
}

/** An answer to a request that succeeded, with a larger body than is accepted: to a smaller question it may fit. */
export class TooLargeAnswer extends UnusableAnswer {
  override readonly name = 'TooLargeAnswer';
  /** The end of the body, one character for each byte; null where it was not read. */
  readonly end: string | null;

  constructor(maxBodyBytes: number, end: string | null) {
    super(`the body is larger than ${maxBodyBytes} bytes`);
    this.end = end;
  }
}

/** No answer came, or not a whole one; the cause is what happened, or the reason of whoever gave up on it. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  /** Whether upstream may have received the request. */
  readonly sent: boolean;

  constructor(sent: boolean, cause: unknown) {
    super('upstream gave no answer', { cause });
    this.sent = sent;
  }
}

/** Gives up on an attempt, wherever it is. */
export type Cancel = (reason: Error) => void;

/** How many interim answers (1xx) may precede an answer; an honest server sends one or two. */
const maxInterimAnswers = 1_000;

/**
 * Sends one request and collects the whole answer in one buffer; follows no redirect and decodes no content encoding.
 * `onCancel` receives a function that ends the attempt immediately, even while it waits for a connection.
 *
 * @throws UnusableAnswer, or NoAnswer; its cause is the reason given to `Cancel`, if that ended it.
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
      const isSuccess = status >= 200 && status < 300;
      const error = new TooLargeAnswer(request.maxBodyBytes, body.end);
      fail(isSuccess ? error : new UnusableAnswer(error.message));
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

    try {
      dispatcher.dispatch({ ...request, headersTimeout: 0, bodyTimeout: 0 }, handler);
    } catch (error) {
      fail(new NoAnswer(false, error));
    }
  });
}
