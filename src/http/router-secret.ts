import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** The header in which a router sends the secret it shares with the gateway. */
export const routerSecretHeader = 'x-router-secret';

/**
 * Creates a function that checks whether a request comes from the router that shares this secret; without a secret, it
 * always returns false. It compares digests in constant time, so timing reveals neither the length nor a partial match.
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
