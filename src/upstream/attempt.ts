import { isUtf8 } from 'node:buffer';
import type { Dispatcher } from 'undici';
import { CollectedBytes } from '../collected-bytes.ts';

/** What goes over the wire in one attempt. */
export interface AttemptRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path and query, as they are sent. */
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: string[];
  readonly body: string | null;
  /** The largest body of an answer that is accepted, in bytes. */
  readonly maxBodyBytes: number;
}

/** What came back: a whole answer, of any status. */
export interface AttemptAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** An answer that came, but cannot be taken: too large, encoded, not UTF-8. */
export class UnusableAnswer extends Error {
  override readonly name = 'UnusableAnswer';
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

/**
 * Sends one request and collects the whole answer in one buffer; follows no redirect and decodes no content encoding.
 * `onCancel` receives a function that ends the attempt at once, even while it waits for a connection.
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
    const bytes = new CollectedBytes();

    function fail(error: Error): void {
      if (ended !== undefined) return;
      ended = error;
      bytes.take();
      reject(error);
      controller?.abort(error);
    }
    onCancel((reason) => fail(new NoAnswer(controller !== undefined, reason)));

    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(started) {
        controller = started;
        if (ended instanceof Error) started.abort(ended);
      },
      onResponseStart(_controller, code, received) {
        if (code < 200) return;
        status = code;
        headers = received;
        const encoding = received['content-encoding'];
        if (encoding !== undefined && encoding !== 'identity') fail(new UnusableAnswer('the body is encoded'));
        if (Number(received['content-length']) > request.maxBodyBytes) fail(tooLarge(request));
      },
      onResponseData(_controller, chunk) {
        if (bytes.size + chunk.length > request.maxBodyBytes) fail(tooLarge(request));
        else if (ended === undefined) bytes.add(chunk);
      },
      onResponseEnd() {
        if (ended !== undefined) return;
        const body = bytes.take();
        if (!isUtf8(body)) return fail(new UnusableAnswer('the body is not UTF-8'));
        ended = true;
        resolve({ status, headers, body: body.toString('utf8') });
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

function tooLarge(request: AttemptRequest): UnusableAnswer {
  return new UnusableAnswer(`the body is larger than ${request.maxBodyBytes} bytes`);
}
