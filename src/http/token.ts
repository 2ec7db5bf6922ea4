import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../errors.ts';
import { Token } from '../token.ts';

/** The parts of a request that hold its token. Without a socket, the token is not remembered. */
type TokenRequest = Pick<IncomingMessage, 'headers' | 'headersDistinct'> & { readonly socket?: object };

/**
 * Reads the caller's token from `X-Auth-Token` or, equivalently, `Authorization: Bearer`. Two different tokens, or a
 * repeated header, may be an attack and count as no token.
 *
 * @returns the token, or the `UNAUTHENTICATED` error for fields that need one.
 */
export function readToken(request: TokenRequest): Token | GatewayError {
  const { 'x-auth-token': only, authorization: other } = request.headers;
  // Node joins repeated headers with a comma. This fast path avoids `headersDistinct`, which is slow.
  if (typeof only === 'string' && other === undefined && only !== '' && !only.includes(','))
    return toToken(only, request);
  const { headersDistinct } = request;
  const tokens = headersDistinct['x-auth-token'] ?? [];
  const authorizations = headersDistinct['authorization'] ?? [];
  if (tokens.length > 1 || authorizations.length > 1) {
    return unauthenticated('The token header was sent more than once. Send it once.');
  }
  const token = tokens[0] || undefined;
  const authorization = authorizations[0] || undefined;
  const bearer = authorization === undefined ? undefined : /^bearer +(\S+)$/i.exec(authorization)?.[1];
  if (authorization !== undefined && bearer === undefined) {
    return unauthenticated('The Authorization header has no bearer token. Send "X-Auth-Token: <token>" instead.');
  }
  if (token !== undefined && bearer !== undefined && token !== bearer) {
    return unauthenticated('X-Auth-Token and Authorization hold different tokens. Send one of them.');
  }
  const sent = token ?? bearer;
  if (sent !== undefined) return toToken(sent, request);
  return unauthenticated('No token was sent. Send one from the Identity service as X-Auth-Token.');
}

/** The latest token of each connection: callers send the same one again and again, and hashing it takes microseconds. */
const latest = new WeakMap<object, Token>();

function toToken(secret: string, { socket }: TokenRequest): Token {
  const known = socket && latest.get(socket);
  if (known?.reveal() === secret) return known;
  const token = new Token(secret);
  if (socket) latest.set(socket, token);
  return token;
}

function unauthenticated(message: string): GatewayError {
  return new GatewayError('UNAUTHENTICATED', message);
}
