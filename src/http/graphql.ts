import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { GatewayError } from '../errors.ts';
import { RequestError, readJson } from './body.ts';
import { toErrorBody } from './error-body.ts';
import { type Gate, overloadedRetryAfter } from './gate.ts';
import { readRequestId } from './request-id.ts';
import { readToken } from './token.ts';
import { VisibleHeaders } from './visible-headers.ts';

/** Who sent a request. */
export interface HttpCaller {
  /** The token, or why there is none that can be used. */
  readonly token: string | GatewayError;
  readonly requestId: string;
  /** Whether it proved to be the router. */
  readonly isRouter: boolean;
  /** Aborts when the caller goes away before it has its answer. */
  readonly signal: AbortSignal;
}

/** A GraphQL request over HTTP. */
export interface HttpRequest {
  readonly method: string;
  readonly headers: VisibleHeaders;
  /** The query of the URL, `?` included. */
  readonly search: string;
  /** The JSON body of a `POST`. */
  readonly body: unknown;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Iterable<readonly [string, string]>;
  readonly body: string;
}

/** Answers a GraphQL request; never throws. */
export type Execute = (request: HttpRequest, caller: HttpCaller) => Promise<HttpAnswer>;

export interface GraphqlHandlerOptions {
  readonly maxRequestBytes: number;
  readonly gate: Gate;
  /** Tells whether a request proves to come from the router. */
  readonly isRouter: (request: IncomingMessage) => boolean;
}

/** The longest body that is read past, in bytes. */
const maxIgnoredBytes = 65_536;

/** The handler of `/graphql`, after the GraphQL over HTTP specification. */
export function createGraphqlHandler(execute: Execute, { maxRequestBytes, isRouter, gate }: GraphqlHandlerOptions) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (gate.overloaded) {
      turnAway(request, response);
      return;
    }
    const requestId = readRequestId(request);
    try {
      const token = readToken(request);
      gate.admit(request, token);
      const body = request.method === 'POST' ? await readJson(request, maxRequestBytes, gate) : undefined;
      const url = request.url ?? '';
      const search = url.includes('?') ? url.slice(url.indexOf('?')) : '';
      const caller = { token, requestId, isRouter: isRouter(request), signal: abortOnClose(response) };
      const method = request.method ?? '';
      gate.begin(token);
      try {
        const headers = new VisibleHeaders(request.headers);
        const answer = await execute({ method, headers, search, body }, caller);
        const sent: OutgoingHttpHeaders = { 'x-request-id': requestId };
        for (const [name, value] of answer.headers) sent[name] = value;
        send(request, response, answer.status, sent, answer.body);
      } finally {
        gate.end(token);
      }
    } catch (error) {
      if (!(error instanceof RequestError)) {
        // The server says what there is to say of a defect.
        response.setHeader('x-request-id', requestId);
        throw error;
      }
      const { status, code, message, retryAfter } = error;
      const headers: OutgoingHttpHeaders = {
        'x-request-id': requestId,
        'content-type': 'application/json; charset=utf-8',
        ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
      };
      send(request, response, status, headers, toErrorBody(code, message, { retryAfter, requestId }));
    }
  };
}

/**
 * A body that nobody wanted to read is in the way of the next request: a short one is read past, a long one is not.
 */
function hasLongRest({ complete, headers }: IncomingMessage): boolean {
  return !complete && !(Number(headers['content-length']) <= maxIgnoredBytes);
}

/** Answers with 503, at the least cost: whoever is overloaded has no time for those it cannot serve. */
function turnAway(request: IncomingMessage, response: ServerResponse): void {
  const requestId = readRequestId(request);
  const retryAfter = overloadedRetryAfter;
  const body = toErrorBody('OVERLOADED', 'The gateway has too much to do. Try again.', { retryAfter, requestId });
  if (hasLongRest(request)) response.setHeader('connection', 'close');
  response.writeHead(503, {
    'x-request-id': requestId,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'retry-after': String(retryAfter),
  });
  response.end(body);
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  headers: OutgoingHttpHeaders,
  body: string,
): void {
  headers['content-length'] = Buffer.byteLength(body);
  if (hasLongRest(request)) headers['connection'] = 'close';
  response.writeHead(status, headers);
  response.end(body);
}

function abortOnClose(response: ServerResponse): AbortSignal {
  const abort = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) abort.abort();
  });
  return abort.signal;
}
