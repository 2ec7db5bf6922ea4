import type { ServerResponse } from 'node:http';
import { noStore } from '../http/refusal.ts';
import type { StreamType } from '../http/stream-type.ts';
import { frames } from './frames.ts';
import type { Payloads } from './subscriptions.ts';

export interface StreamOptions {
  readonly type: StreamType;
  readonly requestId: string;
  readonly pingIntervalMs: number;
  /** Timeout after which a client that reads nothing is disconnected. */
  readonly stallTimeoutMs: number;
}

/**
 * Sends the payloads of a subscription as a streamed response body, each after the client has received the previous ones.
 * Resolves when the response is complete or the client has disconnected.
 */
export async function serveStream(
  response: ServerResponse,
  payloads: Payloads,
  { type, requestId, pingIntervalMs, stallTimeoutMs }: StreamOptions,
): Promise<void> {
  const { contentType, start, ping, payload, end } = frames[type];
  response.writeHead(200, {
    'content-type': contentType,
    'cache-control': `${noStore}, no-transform`,
    'x-request-id': requestId,
    // For nginx.
    'x-accel-buffering': 'no',
  });
  response.socket?.setNoDelay(true);
  const write = async (text: string): Promise<void> => {
    if (!response.write(text)) await drained(response, stallTimeoutMs);
  };
  const pings = setInterval(() => {
    if (!response.writableNeedDrain) response.write(ping);
  }, pingIntervalMs);
  try {
    await write(start);
    for (;;) {
      const { done, value } = await payloads.next();
      if (response.destroyed) return;
      if (done) return void response.end(end(value));
      await write(payload(value));
    }
  } finally {
    clearInterval(pings);
    await payloads.return({ body: null, code: null });
  }
}

/** Waits until the client has received what was written. */
function drained(response: ServerResponse, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => response.destroy(), timeoutMs);
    const done = (): void => {
      clearTimeout(timer);
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}

/** Answers a query or mutation of a client that only accepts a stream. */
export function sendAsStream(response: ServerResponse, type: StreamType, requestId: string, body: string): void {
  const { contentType, start, payload, end } = frames[type];
  response.writeHead(200, { 'content-type': contentType, 'cache-control': noStore, 'x-request-id': requestId });
  response.end(`${start}${payload(body.trim())}${end({ body: null, code: null })}`);
}
