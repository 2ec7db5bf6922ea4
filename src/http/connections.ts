import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { LeakFreeMap } from '../collections/leak-free-map.ts';
import { toAddressKey } from './address.ts';

export interface ConnectionLimits {
  /** How many connections may be open. */
  readonly max: number;
  /** How many of them one address may hold; 0: any number. */
  readonly maxPerAddress: number;
}

/** Which limit a connection is over. */
export type OverLimit = 'connections' | 'connections of address';

/** How many connections over the limits are accepted: for health and metrics, and to tell other callers to come back. */
const reserve = 64;

/** How long a connection over the limits may take to send the headers of its one request, in milliseconds. */
const reserveTimeoutMs = 1_000;

/** Holds the connections of a server to limits, and keeps a few places for those who ask how it is. */
export class Connections {
  readonly #limits: ConnectionLimits;
  readonly #perAddress = new LeakFreeMap<string, number>();
  /** Connections over the limits, with the limit, those that came first first. */
  readonly #reserve = new LeakFreeMap<Socket, OverLimit>();
  /** Those of them that have sent no request yet. */
  readonly #silent = new LeakFreeMap<Socket, NodeJS.Timeout>();
  #open = 0;

  /** Watches the connections of a server. Must be called before it listens. */
  constructor(server: Server, limits: ConnectionLimits) {
    this.#limits = limits;
    // Those in the reserve that are being answered come on top of those that are silent.
    server.maxConnections = limits.max + 2 * reserve;
    server.on('connection', (socket: Socket) => this.#accept(socket));
  }

  /** How many are open, the reserve included. */
  get open(): number {
    return this.#open + this.#reserve.size;
  }

  /** The limit that a connection is over, or undefined. To be called with each request that comes on it. */
  overLimit(socket: Socket): OverLimit | undefined {
    if (this.#reserve.size === 0) return undefined;
    this.#speak(socket);
    return this.#reserve.get(socket);
  }

  #accept(socket: Socket): void {
    const { max, maxPerAddress } = this.#limits;
    const key = maxPerAddress === 0 ? '' : toAddressKey(socket.remoteAddress ?? '');
    const ofAddress = this.#perAddress.get(key) ?? 0;
    const isOverAddress = maxPerAddress > 0 && ofAddress >= maxPerAddress;
    if (isOverAddress || this.#open >= max) {
      this.#toReserve(socket, isOverAddress ? 'connections of address' : 'connections');
      return;
    }
    this.#open++;
    if (maxPerAddress > 0) this.#perAddress.set(key, ofAddress + 1);
    socket.once('close', () => {
      this.#open--;
      if (maxPerAddress > 0) this.#leave(key);
    });
  }

  #leave(key: string): void {
    const left = (this.#perAddress.get(key) ?? 0) - 1;
    if (left > 0) this.#perAddress.set(key, left);
    else this.#perAddress.delete(key);
  }

  #toReserve(socket: Socket, limit: OverLimit): void {
    if (this.#silent.size >= reserve) this.#closeFirstSilent();
    this.#reserve.set(socket, limit);
    this.#silent.set(socket, setTimeout(() => socket.destroy(), reserveTimeoutMs).unref());
    socket.once('close', () => {
      this.#speak(socket);
      this.#reserve.delete(socket);
    });
  }

  /** Makes room in the reserve. Anyone who asks how the server is does so immediately, and so is hardly ever the first. */
  #closeFirstSilent(): void {
    const [first] = this.#silent.entries().next().value ?? [];
    if (first === undefined) return;
    this.#speak(first);
    first.destroy();
  }

  /** A connection of the reserve is not silent any more. */
  #speak(socket: Socket): void {
    clearTimeout(this.#silent.get(socket));
    this.#silent.delete(socket);
  }
}
