import type { IncomingMessage } from 'node:http';
import { KeyCounts } from '../collections/key-counts.ts';
import { GatewayError } from '../errors.ts';
import type { Token } from '../token.ts';
import { readAddressKey } from './address.ts';
import { type Reception, RequestError } from './body.ts';
import type { Load, ShedReason } from './load.ts';
import { RateLimit } from './rate-limit.ts';
import type { Refusal } from './refusal.ts';

export interface GateOptions {
  readonly load: Pick<Load, 'overloaded' | 'begin' | 'end'>;
  /** Operations per second; 0: no limit. */
  readonly perToken: number;
  readonly perAddress: number;
  readonly trustProxy: boolean;
  /** Maximum number of concurrent operations. */
  readonly maxConcurrent: number;
  /** Maximum total size of all request bodies that are being received. */
  readonly maxReceivingBytes: number;
  /** Is called for every rejected request. */
  readonly onShed: (reason: GateReason) => void;
  /** Returns the current time in milliseconds. */
  readonly now: () => number;
}

/** Why a request is rejected. */
export type GateReason = ShedReason | 'bodies' | 'share of token' | 'rate of token' | 'rate of address';

/** Maximum share of the running operations with one token, so that other callers always have room. */
const maxShareOfToken = 63 / 64;

/** A body of this size always has room, so that slow senders of large bodies cannot block other callers. */
const alwaysReceivedBytes = 16_384;

/** Decides which requests are admitted. */
export interface Gate extends Reception {
  /** Rejects requests while the process is overloaded. @returns the refusal, or null if the request may continue. */
  shed(): Refusal | null;
  /** Total size of the request bodies that are being received. */
  readonly receivingBytes: number;
  /** Applies the rate limits. @throws RequestError if the caller exceeds one. */
  admit(request: IncomingMessage, token: Token | GatewayError): void;
  /** Starts an operation after its body is read; `end` must follow. @throws RequestError if there is no room. */
  begin(token: Token | GatewayError): void;
  end(token: Token | GatewayError): void;
}

export function createGate(options: GateOptions): Gate {
  const { load, perToken, perAddress, trustProxy, maxConcurrent, maxReceivingBytes, onShed, now } = options;
  const maxConcurrentPerToken = Math.max(1, Math.floor(maxConcurrent * maxShareOfToken));
  const tokens = perToken === 0 ? null : new RateLimit(perToken, now);
  const addresses = perAddress === 0 ? null : new RateLimit(perAddress, now);

  /** Number of running operations by token. */
  const running = new KeyCounts();
  let receivingBytes = 0;

  /** Rejects a request because the process is overloaded. */
  function refuse(reason: GateReason): RequestError {
    onShed(reason);
    const { status, message, ...details } = toOverloaded(reason);
    return new RequestError(status, message, details);
  }

  return {
    shed() {
      const reason = load.overloaded;
      if (reason === null) return null;
      onShed(reason);
      return toOverloaded(reason);
    },
    get receivingBytes() {
      return receivingBytes;
    },
    admit(request, token) {
      const addressWait = addresses === null ? 0 : addresses.take(readAddressKey(request, trustProxy));
      if (addressWait > 0) {
        onShed('rate of address');
        throw tooOften('address', addressWait);
      }
      const tokenWait = tokens === null || token instanceof GatewayError ? 0 : tokens.take(token.id);
      if (tokenWait > 0) {
        onShed('rate of token');
        throw tooOften('token', tokenWait);
      }
    },
    begin(token) {
      const reason = load.overloaded;
      if (reason !== null) throw refuse(reason);
      const key = toShareKey(token);
      if (running.get(key) >= maxConcurrentPerToken) throw refuse('share of token');
      running.increment(key);
      load.begin();
    },
    end(token) {
      running.decrement(toShareKey(token));
      load.end();
    },
    receive(bytes, size) {
      if (size > alwaysReceivedBytes && receivingBytes + bytes > maxReceivingBytes) return refuse('bodies');
      receivingBytes += bytes;
      return null;
    },
    release(bytes) {
      receivingBytes -= bytes;
    },
  };
}

/** Callers without a token share one key. */
function toShareKey(token: Token | GatewayError): string {
  return token instanceof GatewayError ? '' : token.id;
}

/** The refusal of a request while the gateway is overloaded. */
export function toOverloaded(reason: string) {
  const message = 'The gateway is overloaded. Try again later.';
  return { status: 503, code: 'OVERLOADED', message, retryAfter: 1, reason } as const;
}

function tooOften(who: 'address' | 'token', retryAfter: number): RequestError {
  const message = `Too many operations from this ${who}. Wait ${retryAfter} s, then try again.`;
  return new RequestError(429, message, { code: 'RATE_LIMITED', retryAfter, reason: `rate of ${who}` });
}
