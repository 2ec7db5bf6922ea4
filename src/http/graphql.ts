import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { GatewayError } from '../errors.ts';
import { RequestError, readJson } from './body.ts';
import { toErrorBody } from './error-body.ts';
import type { Gate } from './gate.ts';
import { readRequestId } from './request-id.ts';
import { routerSecretHeader } from './router-secret.ts';
import { readToken } from './token.ts';

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
  /** Without the headers that hold a token or a secret. */
  readonly headers: IncomingHttpHeaders;
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
    const requestId = readRequestId(request);
    response.setHeader('x-request-id', requestId);
    try {
      const token = readToken(request);
      gate.admit(request, token);
      const body = request.method === 'POST' ? await readJson(request, maxRequestBytes) : undefined;
      const {
        'x-auth-token': _token,
        authorization: _authorization,
        [routerSecretHeader]: _secret,
        ...headers
      } = request.headers;
      const url = request.url ?? '';
      const search = url.includes('?') ? url.slice(url.indexOf('?')) : '';
      const caller = { token, requestId, isRouter: isRouter(request), signal: abortOnClose(response) };
      gate.begin();
      try {
        const answer = await execute({ method: request.method ?? '', headers, search, body }, caller);
        for (const [name, value] of answer.headers) response.setHeader(name, value);
        send(request, response, answer);
      } finally {
        gate.end();
      }
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      const { status, code, message, retryAfter } = error;
      response.setHeader('content-type', 'application/json; charset=utf-8');
      if (retryAfter !== undefined) response.setHeader('retry-after', retryAfter);
      send(request, response, { status, body: toErrorBody(code, message, { retryAfter, requestId }) });
    }
  };
}

function send(request: IncomingMessage, response: ServerResponse, answer: Pick<HttpAnswer, 'status' | 'body'>): void {
  response.statusCode = answer.status;
  response.setHeader('content-length', Buffer.byteLength(answer.body));
  // A body that nobody wanted to read is in the way of the next request: a short one is read past, a long one is not.
  if (!request.complete && !(Number(request.headers['content-length']) <= maxIgnoredBytes)) {
    response.setHeader('connection', 'close');
  }
  response.end(answer.body);
}

function abortOnClose(response: ServerResponse): AbortSignal {
  const abort = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) abort.abort();
  });
  return abort.signal;
}
