import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ErrorCode, errorKinds, toErrorBody } from '../errors.ts';
import { hasLongRest, type RequestError } from './body.ts';
import { negotiateMediaType } from './media-type.ts';
import { readRequestId } from './request-id.ts';

/** Why a request is not served, as its caller is told. */
export interface Refusal {
  readonly status: number;
  readonly code: ErrorCode;
  readonly message: string;
  /** How many seconds to wait before trying again. */
  readonly retryAfter?: number | undefined;
  /** What the log is told in place of the message. */
  readonly reason?: string | undefined;
}

/** The refusal that an error says. */
export function toRefusal({ code, message, details, reason }: RequestError): Refusal {
  const { status = errorKinds[code].status, retryAfter } = details;
  return { status, code, message, retryAfter, reason };
}

/** A request that was refused, as log and metrics are told. Nothing in it is the caller's choice but the request id. */
export interface RefusedRequest {
  readonly status: number;
  /** Undefined where the bytes were no HTTP. */
  readonly method?: string | undefined;
  /** Undefined where nothing is served at the path. */
  readonly path?: string | undefined;
  /** The `extensions.code` of the answer. */
  readonly code: string;
  readonly reason?: string | undefined;
  readonly requestId?: string | undefined;
}

/** Is called with every request that is refused; must be cheap, because floods are refused too. */
export type OnRefused = (refused: RefusedRequest) => void;

/** Refuses a request; `path` is that of a route, undefined where there is none. */
export type Refuse = (
  request: IncomingMessage,
  response: ServerResponse,
  refusal: Refusal,
  path?: string | undefined,
) => void;

/** What no cache may keep: caches know nothing of `X-Auth-Token`. */
export const noStore = 'private, no-store';

/**
 * Makes the one function that answers refused requests: an error in GraphQL's shape, in the media type that the caller
 * accepts, with a request id and a line in the log.
 */
export function createRefuse(onRefused: OnRefused): Refuse {
  return (request, response, { status, code, message, retryAfter, reason = message }, path) => {
    // Nobody waits for an answer any more.
    if (response.destroyed || request.socket.destroyed) return;
    // A handler may have told the id already.
    const requestId = String(response.getHeader('x-request-id') ?? readRequestId(request));
    const body = toErrorBody([{ message, extensions: { code, retryAfter } }], requestId);
    if (hasLongRest(request)) response.setHeader('connection', 'close');
    response.writeHead(status, {
      'x-request-id': requestId,
      'content-type': negotiateMediaType(request.headers.accept),
      'content-length': Buffer.byteLength(body),
      'cache-control': noStore,
      ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
    });
    response.end(body);
    onRefused({ status, method: request.method, path, code, reason, requestId });
  };
}
