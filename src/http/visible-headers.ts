import type { IncomingHttpHeaders } from 'node:http';
import { routerSecretHeader } from './router-secret.ts';

const secretHeaders: ReadonlySet<string> = new Set(['x-auth-token', 'authorization', routerSecretHeader]);

/** The headers of a request, without those that hold a token or a secret. */
export class VisibleHeaders {
  readonly #headers: IncomingHttpHeaders;

  constructor(headers: IncomingHttpHeaders) {
    this.#headers = headers;
  }

  /** @param name in lower case. */
  get(name: string): string | undefined {
    const value = secretHeaders.has(name) ? undefined : this.#headers[name];
    return typeof value === 'object' ? value.join(', ') : value;
  }

  /** Names in lower case, and values. */
  *[Symbol.iterator](): Generator<[string, string]> {
    for (const name of Object.keys(this.#headers)) {
      const value = this.get(name);
      if (value !== undefined) yield [name, value];
    }
  }
}
