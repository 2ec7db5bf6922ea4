import { KeyCounts } from '../collections/key-counts.ts';
import { GatewayError } from '../errors.ts';
import type { Token } from '../token.ts';

export interface PlacesOptions {
  /** Maximum number of open subscriptions; 0 for none. */
  readonly max: number;
  readonly maxPerToken: number;
}

/** Seconds to wait before subscribing again. */
const retryAfter = 30;

/** Limits the number of open subscriptions. */
export class Places {
  readonly #options: PlacesOptions;
  readonly #perToken = new KeyCounts();
  #open = 0;

  constructor(options: PlacesOptions) {
    this.#options = options;
  }

  /** Counts a new subscription. @returns an idempotent function to call at its end. @throws GatewayError if over a limit. */
  enter(token: Token): () => void {
    const { max, maxPerToken } = this.#options;
    if (max === 0) throw new GatewayError('BAD_REQUEST', 'This gateway serves no subscriptions.');
    if (this.#open >= max) {
      throw new GatewayError('OVERLOADED', 'The gateway has too many open subscriptions. Try again.', { retryAfter });
    }
    const key = token.id;
    if (this.#perToken.get(key) >= maxPerToken) throw tooMany('token', maxPerToken);
    this.#open++;
    this.#perToken.increment(key);
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      this.#open--;
      this.#perToken.decrement(key);
    };
  }
}

/** The refusal of a subscription over the limit of its token or connection. */
export function tooMany(of: 'token' | 'connection', allowed: number): GatewayError {
  const message = `This ${of} has ${allowed} open subscriptions, the most that it may have. End one of them first.`;
  return new GatewayError('RATE_LIMITED', message, { retryAfter });
}
