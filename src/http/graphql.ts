import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { GatewayError } from '../errors.ts';
import { RequestError } from './body.ts';
import { chooseMediaType, type MediaType } from './media-type.ts';
import { readRequestId } from './request-id.ts';
import { readToken } from './token.ts';

/** Who sent a GraphQL request, and how to answer it. */
export interface Sender {
  readonly requestId: string;
  /** The token, or why there is none that can be used. */
  readonly token: string | GatewayError;
  /** Whether it proved to be the router. */
  readonly isRouter: boolean;
  /** The media type of the answer. */
  readonly mediaType: MediaType;
  /** Whether it accepts that media type. */
  readonly isAcceptable: boolean;
  /** What its program calls itself; undefined where that is not a plain name. */
  readonly client: string | undefined;
}

/** An answer of `/graphql`, its body as JSON. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  readonly retryAfter?: number | undefined;
  readonly allow?: string | undefined;
}

/** The longest body that is read past, in bytes. */
const maxIgnoredBytes = 65_536;

export function readSender(request: IncomingMessage, isRouter: (request: IncomingMessage) => boolean): Sender {
  const { headers } = request;
  const mediaType = chooseMediaType(headers.accept);
  const client = headers['apollographql-client-name'];
  return {
    requestId: readRequestId(request),
    token: readToken(request),
    isRouter: isRouter(request),
    mediaType: mediaType ?? 'application/json; charset=utf-8',
    isAcceptable: mediaType !== null,
    client: typeof client === 'string' && /^[\w .-]{1,60}$/.test(client) ? client : undefined,
  };
}

/** @throws RequestError if the sender accepts nothing that GraphQL answers with. */
export function checkAcceptable({ isAcceptable }: Sender): void {
  if (isAcceptable) return;
  throw new RequestError(406, 'Accept "application/json" or "application/graphql-response+json".');
}

/** Sends an answer, which is for its caller alone: shared caches know nothing of tokens. */
export function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  { requestId, mediaType }: Sender,
  { status, body, retryAfter, allow }: HttpAnswer,
): void {
  const headers: OutgoingHttpHeaders = {
    'x-request-id': requestId,
    'cache-control': 'private, no-store',
    'content-type': mediaType,
    'content-length': Buffer.byteLength(body),
  };
  if (retryAfter !== undefined) headers['retry-after'] = String(retryAfter);
  if (allow !== undefined) headers['allow'] = allow;
  if (hasLongRest(request)) headers['connection'] = 'close';
  response.writeHead(status, headers);
  response.end(body);
}

/**
 * A body that nobody wanted to read is in the way of the next request: a short one is read past, a long one is not.
 */
function hasLongRest({ complete, headers }: IncomingMessage): boolean {
  return !complete && !(Number(headers['content-length']) <= maxIgnoredBytes);
}

/** A signal that aborts when the caller goes away before it has its answer. */
export function abortOnClose(response: ServerResponse): AbortSignal {
  const abort = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) abort.abort();
  });
  return abort.signal;
}
