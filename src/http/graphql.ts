import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { GatewayError } from '../errors.ts';
import { hasLongRest, RequestError, readJson } from './body.ts';
import type { Gate } from './gate.ts';
import { createRefuse, noStore, type OnRefused } from './refusal.ts';
import { readRequestId } from './request-id.ts';
import type { Handler } from './server.ts';
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
  readonly onRefused: OnRefused;
}

/** The handler of `/graphql`, after the GraphQL over HTTP specification. */
export function createGraphqlHandler(execute: Execute, options: GraphqlHandlerOptions): Handler {
  const { maxRequestBytes, isRouter, gate, onRefused } = options;
  const refuse = createRefuse(onRefused);

  return async (request, response, { path, search }) => {
    const shed = gate.shed();
    if (shed !== null) return refuse(request, response, shed, path);
    const requestId = readRequestId(request);
    try {
      const token = readToken(request);
      gate.admit(request, token);
      const body = request.method === 'POST' ? await readJson(request, maxRequestBytes, gate) : undefined;
      const caller = { token, requestId, isRouter: isRouter(request), signal: abortOnClose(response) };
      const method = request.method === 'POST' ? 'POST' : 'GET';
      gate.begin(token);
      try {
        const answer = await execute({ method, headers: new VisibleHeaders(request.headers), search, body }, caller);
        if (answer.status >= 400) onRefused({ status: answer.status, method, path, code: readCode(answer), requestId });
        send(request, response, answer, requestId);
      } finally {
        gate.end(token);
      }
    } catch (error) {
      response.setHeader('x-request-id', requestId);
      // The server answers for a defect.
      if (!(error instanceof RequestError)) throw error;
      refuse(request, response, error, path);
    }
  };
}

function send(request: IncomingMessage, response: ServerResponse, answer: HttpAnswer, requestId: string): void {
  const headers: OutgoingHttpHeaders = { 'x-request-id': requestId };
  for (const [name, value] of answer.headers) headers[name] = value;
  headers['cache-control'] = noStore;
  headers['content-length'] = Buffer.byteLength(answer.body);
  if (hasLongRest(request)) headers['connection'] = 'close';
  response.writeHead(answer.status, headers);
  response.end(answer.body);
}

/** The code of the first error of a refusal. */
function readCode({ body }: HttpAnswer): string {
  return /"code":"([A-Z_]+)"/.exec(body)?.[1] ?? 'none';
}

function abortOnClose(response: ServerResponse): AbortSignal {
  const abort = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) abort.abort();
  });
  return abort.signal;
}
