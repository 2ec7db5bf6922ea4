import type { IncomingMessage } from 'node:http';
import { LeakFreeMap } from '../collections/leak-free-map.ts';
import { GatewayError } from '../errors.ts';
import type { Token } from '../token.ts';
import { readAddressKey } from './address.ts';
import { type Reception, RequestError } from './body.ts';
import type { Load, ShedReason } from './load.ts';
import { RateLimit } from './rate-limit.ts';
import type { Refusal } from './refusal.ts';

export interface GateOptions {
  readonly load: Pick<Load, 'overloaded' | 'begin' | 'end'>;
  /** Operations a second; 0: any number. */
  readonly perToken: number;
  readonly perAddress: number;
  readonly trustProxy: boolean;
  /** How many operations may run concurrently. */
  readonly maxConcurrent: number;
  /** How much all bodies may hold together while they are received. */
  readonly maxReceivingBytes: number;
  /** Is called with every request that is turned away. */
  readonly onShed: (reason: GateReason) => void;
  /** Gives milliseconds. */
  readonly now: () => number;
}

/** Why a request is turned away. */
export type GateReason = ShedReason | 'bodies' | 'share of token' | 'rate of token' | 'rate of address';

/** The largest share of the running operations that one token may have: there is always room for some of others. */
const maxShareOfToken = 63 / 64;

/** A body of this size always has room, so that those who send large ones slowly keep nobody else out. */
const alwaysReceivedBytes = 16_384;

/** Decides which requests are taken on. */
export interface Gate extends Reception {
  /** Turns a request away while there is too much to do. @returns the refusal, or null where it may go on. */
  shed(): Refusal | null;
  /** How much the bodies hold that are being received. */
  readonly receivingBytes: number;
  /** Refuses the requests of callers who ask too often. @throws RequestError. */
  admit(request: IncomingMessage, token: Token | GatewayError): void;
  /** An operation begins, its body read, if there still is room; `end` must follow. @throws RequestError. */
  begin(token: Token | GatewayError): void;
  end(token: Token | GatewayError): void;
}

export function createGate(options: GateOptions): Gate {
  const { load, perToken, perAddress, trustProxy, maxConcurrent, maxReceivingBytes, onShed, now } = options;
  const maxConcurrentPerToken = Math.max(1, Math.floor(maxConcurrent * maxShareOfToken));
  const tokens = perToken === 0 ? null : new RateLimit(perToken, now);
  const addresses = perAddress === 0 ? null : new RateLimit(perAddress, now);

  /** By token, how many operations run. */
  const running = new LeakFreeMap<string, number>();
  let receivingBytes = 0;

  /** Turns a request away because there is too much to do. */
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
      const ofToken = running.get(key) ?? 0;
      if (ofToken >= maxConcurrentPerToken) throw refuse('share of token');
      running.set(key, ofToken + 1);
      load.begin();
    },
    end(token) {
      const key = toShareKey(token);
      const ofToken = (running.get(key) ?? 0) - 1;
      if (ofToken > 0) running.set(key, ofToken);
      else running.delete(key);
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

/** Those without a token share one place. */
function toShareKey(token: Token | GatewayError): string {
  return token instanceof GatewayError ? '' : token.id;
}

/** The refusal of a request while there is too much to do. */
export function toOverloaded(reason: string) {
  const message = 'The gateway has too much to do. Try again.';
  return { status: 503, code: 'OVERLOADED', message, retryAfter: 1, reason } as const;
}

function tooOften(who: 'address' | 'token', retryAfter: number): RequestError {
  const message = `Too many operations come from this ${who}. Wait ${retryAfter} s, then try again.`;
  return new RequestError(429, message, { code: 'RATE_LIMITED', retryAfter, reason: `rate of ${who}` });
}
