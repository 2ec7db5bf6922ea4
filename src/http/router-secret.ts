import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** The header in which a router sends the secret that it shares with the gateway. */
export const routerSecretHeader = 'x-router-secret';

/**
 * Tells whether a request comes from the router that shares this secret; without one, nothing is known of any request.
 * Digests are compared, in constant time: neither the secret's length nor how much of a guess was right can be measured.
 */
export function createRouterCheck(secret: string | null) {
  const expected = secret === null ? null : digest(secret);
  return (request: Pick<IncomingMessage, 'headersDistinct'>): boolean => {
    if (expected === null) return false;
    const given = request.headersDistinct[routerSecretHeader];
    return given?.length === 1 && timingSafeEqual(digest(given[0] ?? ''), expected);
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
