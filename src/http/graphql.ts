import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { GatewayError } from '../errors.ts';
import type { Token } from '../token.ts';
import { hasLongRest, RequestError } from './body.ts';
import { chooseMediaType, defaultMediaType, type MediaType } from './media-type.ts';
import { noStore } from './refusal.ts';
import { readRequestId } from './request-id.ts';
import { readToken } from './token.ts';

/** The sender of a GraphQL request, and how to answer it. */
export interface Sender {
  readonly requestId: string;
  /** The token, or the error that explains why there is no usable one. */
  readonly token: Token | GatewayError;
  /** Whether the sender authenticated as the router. */
  readonly isRouter: boolean;
  /** The media type of the response; null if the sender accepts none of GraphQL's. */
  readonly accepts: MediaType | null;
  /** The same, but never null, so that a refusal can always be explained. */
  readonly mediaType: MediaType;
  /** The client's name for itself; undefined if it is missing or not a plain name. */
  readonly client: string | undefined;
}

/** A response of `/graphql` with a JSON body. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  /** The size of the body, if it was measured: of a long one, that takes a while. */
  readonly bytes?: number;
  readonly retryAfter?: number | undefined;
  readonly allow?: string | undefined;
}

/** Reads the sender of a request from its headers. */
export function readSender(request: IncomingMessage, isRouter: (request: IncomingMessage) => boolean): Sender {
  const { headers } = request;
  const accepts = chooseMediaType(headers.accept);
  const client = headers['apollographql-client-name'];
  return {
    requestId: readRequestId(request),
    token: readToken(request),
    isRouter: isRouter(request),
    accepts,
    mediaType: accepts ?? defaultMediaType,
    client: typeof client === 'string' && /^[\w .-]{1,60}$/.test(client) ? client : undefined,
  };
}

/** @throws RequestError if the sender accepts no media type of GraphQL. */
export function checkAcceptable({ accepts }: Sender): void {
  if (accepts !== null) return;
  const types = '"application/json" and "application/graphql-response+json"';
  throw new RequestError(406, `None of the media types in Accept is supported. The gateway answers with ${types}.`);
}

/** Maximum size of a body that is sent as a string. Node joins it with the headers, and so copies a string once more. */
const maxStringBytes = 65_536;

/** Sends a response, which no cache may store. */
export function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  { requestId, mediaType }: Sender,
  { status, body, bytes = Buffer.byteLength(body), retryAfter, allow }: HttpAnswer,
): void {
  const headers: OutgoingHttpHeaders = {
    'x-request-id': requestId,
    'cache-control': noStore,
    'content-type': mediaType,
    'content-length': bytes,
  };
  if (retryAfter !== undefined) headers['retry-after'] = String(retryAfter);
  if (allow !== undefined) headers['allow'] = allow;
  if (hasLongRest(request)) headers['connection'] = 'close';
  response.writeHead(status, headers);
  // ASCII is the same in both encodings, and Node writes Latin-1 faster.
  const encoding = bytes === body.length ? 'latin1' : 'utf8';
  response.end(bytes > maxStringBytes ? Buffer.from(body, encoding) : body, encoding);
}

/** Calls back when the response is sent or the caller has disconnected; immediately if it already has. */
export function onClose(response: ServerResponse, listener: () => void): void {
  if (response.closed) listener();
  else response.on('close', listener);
}
