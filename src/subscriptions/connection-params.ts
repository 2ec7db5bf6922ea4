import type { IncomingMessage } from 'node:http';
import type { GatewayError } from '../errors.ts';
import { readToken } from '../http/token.ts';
import type { Token } from '../token.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * The token of a WebSocket: `X-Auth-Token` or `Authorization` in the payload of `connection_init`, in any case, directly
 * or under `headers`; or the headers of the request that opened it, which browsers cannot set. Two different ones count
 * as none.
 */
export function readConnectionToken(params: Json | undefined, request: IncomingMessage): Token | GatewayError {
  const distinct: { 'x-auth-token': string[]; authorization: string[] } = { 'x-auth-token': [], authorization: [] };
  for (const name of ['x-auth-token', 'authorization'] as const) {
    const values = [params, toObject(params?.['headers'])].flatMap((given) =>
      Object.entries(given ?? {}).flatMap(([key, value]) =>
        key.toLowerCase() === name && typeof value === 'string' ? [value] : [],
      ),
    );
    distinct[name] = [...new Set([...values, ...(request.headersDistinct[name] ?? [])])];
  }
  const { 'x-auth-token': tokens, authorization } = distinct;
  const headers = {
    ...(tokens.length > 0 && { 'x-auth-token': tokens.join(',') }),
    ...(authorization.length > 0 && { authorization: authorization.join(',') }),
  };
  return readToken({ headers, headersDistinct: distinct });
}

function toObject(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null ? (value as Json) : undefined;
}
