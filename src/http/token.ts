import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../errors.ts';
import { Token } from '../token.ts';

/**
 * The caller's token: `X-Auth-Token`, or `Authorization: Bearer`, which is its equal. Two different ones, or one header
 * twice, cannot be told apart from an attack, so they count as none.
 *
 * @returns the token, or the `UNAUTHENTICATED` error that fields which need it will meet.
 */
export function readToken(request: Pick<IncomingMessage, 'headers' | 'headersDistinct'>): Token | GatewayError {
  const { 'x-auth-token': only, authorization: other } = request.headers;
  // Node joins two of them by a comma. To tell them apart takes long, and is hardly ever needed.
  if (typeof only === 'string' && other === undefined && only !== '' && !only.includes(',')) return new Token(only);
  const { headersDistinct } = request;
  const tokens = headersDistinct['x-auth-token'] ?? [];
  const authorizations = headersDistinct['authorization'] ?? [];
  if (tokens.length > 1 || authorizations.length > 1) {
    return unauthenticated('A token header came twice. Send the token once.');
  }
  const token = tokens[0] || undefined;
  const authorization = authorizations[0] || undefined;
  const bearer = authorization === undefined ? undefined : /^bearer +(\S+)$/i.exec(authorization)?.[1];
  if (authorization !== undefined && bearer === undefined) {
    return unauthenticated('The Authorization header holds no bearer token. Send "X-Auth-Token: <token>" instead.');
  }
  if (token !== undefined && bearer !== undefined && token !== bearer) {
    return unauthenticated('X-Auth-Token and Authorization hold different tokens. Send one of them.');
  }
  const sent = token ?? bearer;
  if (sent !== undefined) return new Token(sent);
  return unauthenticated('No token was sent. Send one from the Identity service as X-Auth-Token.');
}

function unauthenticated(message: string): GatewayError {
  return new GatewayError('UNAUTHENTICATED', message);
}
