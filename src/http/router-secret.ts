import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** The header in which a router sends the secret it shares with the gateway. */
export const routerSecretHeader = 'x-router-secret';

/**
 * The secrets that routers share with the gateway: none, one, or two while one replaces the other. Digests are compared in
 * constant time, so timing reveals neither the length of a secret nor a partial match.
 */
export class RouterSecrets {
  #expected: readonly Buffer[] = [];

  constructor(secrets: readonly string[] | null) {
    this.replace(secrets);
  }

  /** From now on, only these secrets are accepted. */
  replace(secrets: readonly string[] | null): void {
    this.#expected = (secrets ?? []).map(digest);
  }

  /** Whether a request comes from a router that sends a secret; without secrets, no request does. */
  isRouter(request: Pick<IncomingMessage, 'headersDistinct'>): boolean {
    if (this.#expected.length === 0) return false;
    // Node collects these headers when they are first read, which takes time.
    const given = request.headersDistinct[routerSecretHeader];
    if (given?.length !== 1) return false;
    const found = digest(given[0] ?? '');
    return this.#expected.filter((expected) => timingSafeEqual(found, expected)).length > 0;
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
