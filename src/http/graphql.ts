import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { GatewayError } from '../errors.ts';
import type { Token } from '../token.ts';
import { hasLongRest, RequestError } from './body.ts';
import { chooseMediaType, type MediaType, negotiateMediaType } from './media-type.ts';
import { noStore } from './refusal.ts';
import { readRequestId } from './request-id.ts';
import { readToken } from './token.ts';

/** Who sent a GraphQL request, and how to answer it. */
export interface Sender {
  readonly requestId: string;
  /** The token, or why there is none that can be used. */
  readonly token: Token | GatewayError;
  /** Whether it proved to be the router. */
  readonly isRouter: boolean;
  /** The media type of the answer. */
  readonly mediaType: MediaType;
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

/** Reads from the headers of a request who sent it. */
export function readSender(request: IncomingMessage, isRouter: (request: IncomingMessage) => boolean): Sender {
  const { headers } = request;
  const client = headers['apollographql-client-name'];
  return {
    requestId: readRequestId(request),
    token: readToken(request),
    isRouter: isRouter(request),
    mediaType: negotiateMediaType(headers.accept),
    client: typeof client === 'string' && /^[\w .-]{1,60}$/.test(client) ? client : undefined,
  };
}

/** @throws RequestError if the sender accepts nothing that GraphQL answers with. */
export function checkAcceptable({ headers }: IncomingMessage): void {
  if (chooseMediaType(headers.accept) !== null) return;
  throw new RequestError(406, 'Accept "application/json" or "application/graphql-response+json".');
}

/** Sends an answer, which is for its caller alone. */
export function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  { requestId, mediaType }: Sender,
  { status, body, retryAfter, allow }: HttpAnswer,
): void {
  const headers: OutgoingHttpHeaders = {
    'x-request-id': requestId,
    'cache-control': noStore,
    'content-type': mediaType,
    'content-length': Buffer.byteLength(body),
  };
  if (retryAfter !== undefined) headers['retry-after'] = String(retryAfter);
  if (allow !== undefined) headers['allow'] = allow;
  if (hasLongRest(request)) headers['connection'] = 'close';
  response.writeHead(status, headers);
  response.end(body);
}

/** Aborts when the caller goes away before it has its answer. */
export function abortOnClose(response: ServerResponse): AbortController {
  const abort = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) abort.abort();
  });
  return abort;
}
