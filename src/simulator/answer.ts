import type { IncomingHttpHeaders } from 'node:http';
import { bestOffer } from './accept.ts';
import { parseTarget } from './address.ts';
import type { Limits, ReceivedBody } from './call.ts';
import { ApiError, serverError } from './errors.ts';
import { answerIdentityCall, readIdentityPath } from './keystone.ts';
import { errorReply, type Reply } from './reply.ts';
import { requestId } from './request-id.ts';
import { answerCall } from './router.ts';
import { versionsReply, withoutVersion } from './versions.ts';
import type { World } from './world.ts';

/** One request, with its complete body. */
export interface Exchange {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: ReceivedBody;
}

/** What responses depend on in addition to the request. */
export interface Surroundings {
  readonly world: World;
  readonly limits: Limits;
  /** The base URL of this server, without a trailing slash. */
  readonly url: string;
}

const longestTarget = 8176;

/** Eventlet's response to an oversized request head, without Glance. Closes the connection. Status and reason vary. */
export const tooLong = { headers: [['Connection', 'close']], body: '', isDateless: true } as const;

const unauthorized = `This server could not verify that you are authorized to access the document you requested. Either you supplied the wrong credentials (e.g., bad password), or your browser does not understand how to supply the credentials required.`;
const identityService = 'Keystone uri="http://127.0.0.1:5000"';

function only(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

function health(exchange: Exchange): Reply {
  if (exchange.method === 'HEAD') return { status: 204, headers: [], body: '' };
  // If HTML is preferred, Glance sends a page; plain text carries the same information.
  const offers = ['text/plain', 'text/html', 'application/json'] as const;
  if (bestOffer(only(exchange.headers, 'accept'), offers) === 'application/json') {
    const body = JSON.stringify({ detailed: false, reasons: ['OK'] }, undefined, 4);
    return { status: 200, headers: [['Content-Type', 'application/json']], body };
  }
  return { status: 200, headers: [['Content-Type', 'text/plain; charset=UTF-8']], body: 'OK' };
}

function refuse(error: ApiError, exchange: Exchange): Reply {
  if (exchange.method !== 'HEAD') return errorReply(error, only(exchange.headers, 'accept'));
  return { status: error.status, headers: [['Content-Type', 'text/html; charset=UTF-8'], ...error.headers], body: '' };
}

/** Whether Glance considers the request to have a body: an empty one counts only if it is chunked. */
function hasBody({ method, headers }: Exchange): boolean {
  if (headers['transfer-encoding'] !== undefined) return ['POST', 'PUT', 'PATCH'].includes(method);
  return Number(headers['content-length'] ?? 0) > 0;
}

function answerIdentified(exchange: Exchange, surroundings: Surroundings, rest: string, query: string): Reply {
  const caller = surroundings.world.findIdentity(only(exchange.headers, 'x-auth-token'));
  if (caller === undefined) {
    return refuse(new ApiError(401, unauthorized, { headers: [['Www-Authenticate', identityService]] }), exchange);
  }
  const id = requestId(only(exchange.headers, 'x-openstack-request-id'));
  if (id === undefined) return refuse(serverError(), exchange);
  const answer = (): Reply => {
    if (rest === '') {
      const headers = [
        ['Content-Type', 'text/plain; charset=utf8'],
        ['Location', `${surroundings.url}/v2/`],
      ] as const;
      return { status: 302, headers, body: '' };
    }
    const { method, headers, body } = exchange;
    const contentType = headers['content-type'];
    return answerCall({ ...surroundings, caller, method, query, contentType, hasBody: hasBody(exchange), body }, rest);
  };
  const reply = catchRefusal(answer, exchange);
  return { ...reply, headers: [...reply.headers, ['X-Openstack-Request-Id', id]] };
}

function catchRefusal(answer: () => Reply, exchange: Exchange): Reply {
  try {
    return answer();
  } catch (error) {
    if (error instanceof ApiError) return refuse(error, exchange);
    process.emitWarning(error instanceof Error ? error : String(error));
    return refuse(serverError(), exchange);
  }
}

/**
 * Answers one request, with checks in the order of Glance 25.1: length and encoding of the URL, OPTIONS, health,
 * version, token, request id, and finally path and method. Paths below `/identity` belong to Keystone.
 */
export function answer(exchange: Exchange, surroundings: Surroundings): Reply {
  if (exchange.target.length > longestTarget) {
    return { ...tooLong, status: 414, reason: 'Request URI Too Long' };
  }
  const address = parseTarget(exchange.target);
  if (address === undefined) {
    return {
      status: 500,
      headers: [
        ['Content-Type', 'text/plain'],
        ['Connection', 'close'],
      ],
      body: '',
    };
  }
  const identityPath = readIdentityPath(address.path);
  if (identityPath !== undefined) {
    return answerIdentityCall(exchange, surroundings, { path: identityPath, query: address.query });
  }
  if (exchange.method === 'OPTIONS') return { status: 200, headers: [], body: '' };
  if (address.path === '/healthcheck') return health(exchange);
  if (/^\/+versions(?:\/|$)/.test(address.path)) return versionsReply(surroundings.url, 200);
  const rest = withoutVersion(address.path, only(exchange.headers, 'accept'));
  if (rest === undefined) return versionsReply(surroundings.url, 300);
  return answerIdentified(exchange, surroundings, rest, address.query);
}
