import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import { ChurningMap } from '../churning-map.ts';

/** How many callers are remembered; beyond, those that came least recently start afresh. */
const maxCallers = 10_000;

interface Bucket {
  tokens: number;
  at: number;
}

/** Allows each key so many requests a second, and twice as many at once. */
export class RateLimit {
  readonly #perSecond: number;
  readonly #now: () => number;
  readonly #buckets = new ChurningMap<string, Bucket>();

  /** @param now gives milliseconds. */
  constructor(perSecond: number, now: () => number) {
    this.#perSecond = perSecond;
    this.#now = now;
  }

  /** Takes one request. @returns 0 if it may pass, else after how many seconds to come back. */
  take(key: string): number {
    const now = this.#now();
    const size = this.#perSecond * 2;
    const bucket = this.#buckets.get(key) ?? { tokens: size, at: now };
    // Set anew each time, so that the map begins with those who have not come for longest.
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > maxCallers) {
      const [oldest] = this.#buckets.entries().next().value ?? [];
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    bucket.tokens = Math.min(size, bucket.tokens + ((now - bucket.at) / 1000) * this.#perSecond);
    bucket.at = now;
    if (bucket.tokens < 1) return Math.ceil((1 - bucket.tokens) / this.#perSecond);
    bucket.tokens--;
    return 0;
  }
}

/** A key that stands for a token and does not tell it. */
export function toTokenKey(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}

/** The caller's address; with IPv6 its network of 64 bits, because whoever has one address there has them all. */
export function toAddressKey(
  { socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>,
  trustProxy: boolean,
): string {
  const forwarded = trustProxy ? headers['x-forwarded-for'] : undefined;
  const address =
    String(forwarded ?? '')
      .split(',')
      .at(-1)
      ?.trim() ||
    (socket.remoteAddress ?? '');
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  return mapped ?? (isIPv6(address) ? toNetwork(address) : address);
}

/** The first four groups of an IPv6 address. */
function toNetwork(address: string): string {
  const [head = '', tail] = address.split('%', 1)[0]?.split('::') ?? [];
  const groups = head === '' ? [] : head.split(':');
  const rest = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? 0 : 8 - groups.length - rest.length;
  const all = [...groups, ...Array<string>(Math.max(0, zeros)).fill('0'), ...rest];
  return all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
