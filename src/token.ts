import { hash } from 'node:crypto';

/**
 * A caller's token. `id` identifies the caller in limits, queues and shared reads; only the clients of upstream APIs may
 * read the secret. Printing or serialising a `Token` shows only the id.
 */
export class Token {
  /** The SHA-256 of the token in base64, which does not reveal the token. */
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
