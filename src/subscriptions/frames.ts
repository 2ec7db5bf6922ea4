import type { StreamType } from '../http/stream-type.ts';
import type { End } from './subscriptions.ts';

/** Frames GraphQL responses in a streamed HTTP body. */
interface Frames {
  readonly contentType: string;
  /** The first bytes of the body, so that proxies flush the headers. */
  readonly start: string;
  /** Keeps an idle connection open. */
  readonly ping: string;
  /** @param body a GraphQL response as JSON on one line. */
  readonly payload: (body: string) => string;
  readonly end: (end: End) => string;
}

/** Server-sent events. Source: GraphQL over SSE, distinct connections mode. */
const sse: Frames = {
  contentType: 'text/event-stream; charset=utf-8',
  start: ':\n\n',
  ping: ':\n\n',
  payload: toEvent,
  // Without `complete`, clients treat the end as a lost connection, and reconnect automatically.
  end: ({ body, code }) =>
    `${body === null ? '' : toEvent(body)}${comesBack(code) ? '' : 'event: complete\ndata: \n\n'}`,
};

function toEvent(body: string): string {
  return `event: next\ndata: ${body}\n\n`;
}

const boundary = 'graphql';

/** Multipart subscriptions. Clients wait for the next boundary before they process a part, so it follows immediately. */
const multipart: Frames = {
  contentType: `multipart/mixed; boundary="${boundary}"; subscriptionSpec="1.0"`,
  start: `\r\n--${boundary}`,
  ping: toPart('{}'),
  payload: (body) => toPart(`{"payload":${body}}`),
  // An error that ends the stream is one of the transport: `{"payload":null,"errors":[…]}`.
  end: ({ body }) => `${body === null ? '' : toPart(`{"payload":null,${body.trim().slice(1)}`)}--\r\n`,
};

function toPart(json: string): string {
  return `\r\ncontent-type: application/json; charset=utf-8\r\n\r\n${json}\r\n--${boundary}`;
}

/** Whether the client should subscribe again automatically. */
export function comesBack(code: End['code']): boolean {
  return code === 'SUBSCRIPTION_ENDED' || code === 'OVERLOADED';
}

export const frames: Readonly<Record<StreamType, Frames>> = { sse, multipart };
