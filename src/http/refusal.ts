import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ErrorCode, errorKinds, toErrorBody } from '../errors.ts';
import type { TraceIds } from '../tracing/trace.ts';
import { hasLongRest, type RequestError } from './body.ts';
import { negotiateMediaType } from './media-type.ts';
import { readRequestId } from './request-id.ts';

/** Why a request is refused, as reported to its caller. */
export interface Refusal {
  readonly status: number;
  readonly code: ErrorCode;
  readonly message: string;
  /** Seconds to wait before a retry. */
  readonly retryAfter?: number | undefined;
  /** Text for the log in place of the message. */
  readonly reason?: string | undefined;
  /** The trace that the request belongs to. */
  readonly trace?: TraceIds | undefined;
}

/** Converts an error to a refusal. */
export function toRefusal({ code, message, details, reason }: RequestError): Refusal {
  const { status = errorKinds[code].status, retryAfter } = details;
  return { status, code, message, retryAfter, reason };
}

/** A refused request, as reported to log and metrics. The caller controls nothing in it but the request id. */
export interface RefusedRequest extends Partial<TraceIds> {
  readonly status: number;
  /** Undefined if the bytes were not HTTP. */
  readonly method?: string | undefined;
  /** Undefined if no route has this path. */
  readonly path?: string | undefined;
  /** The `extensions.code` of the response. */
  readonly code: string;
  readonly reason?: string | undefined;
  readonly requestId?: string | undefined;
}

/** Is called for every refused request. Must be cheap, because floods are refused too. */
export type OnRefused = (refused: RefusedRequest) => void;

/** Refuses a request; `path` is the path of its route, undefined if there is none. */
export type Refuse = (
  request: IncomingMessage,
  response: ServerResponse,
  refusal: Refusal,
  path?: string | undefined,
) => void;

/** Forbids caching: caches do not take `X-Auth-Token` into account. */
export const noStore = 'private, no-store';

/**
 * Creates the function that answers all refused requests: with an error in GraphQL's shape, in a media type that the
 * caller accepts, with a request id and a log line.
 */
export function createRefuse(onRefused: OnRefused): Refuse {
  return (request, response, { status, code, message, retryAfter, reason = message, trace }, path) => {
    // The caller has disconnected.
    if (response.destroyed || request.socket.destroyed) return;
    // A handler may have set the request id already.
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
    onRefused({ status, method: request.method, path, code, reason, requestId, ...trace });
  };
}
