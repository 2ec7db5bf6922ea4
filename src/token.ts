import { hash } from 'node:crypto';

/**
 * A caller's token. Wherever callers are told apart, `id` stands for it; only the client of an upstream API may reveal
 * it. Printing or serialising a `Token` shows the id alone.
 */
export class Token {
  /** The SHA-256 of the token, in base64: a key that does not tell the token. */
  readonly id: string;
  readonly #secret: string;

  /** @param secret the token, byte for byte. */
  constructor(secret: string) {
    this.id = hash('sha256', secret, 'base64');
    this.#secret = secret;
  }

  /** The token itself, to be sent upstream. */
  reveal(): string {
    return this.#secret;
  }
}
