import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { LeakFreeMap } from '../collections/leak-free-map.ts';
import { toAddressKey } from './address.ts';

export interface ConnectionLimits {
  /** Maximum number of open connections. */
  readonly max: number;
  /** Maximum number of them per address; 0: no limit. */
  readonly maxPerAddress: number;
}

/** The limit that a connection exceeds. */
export type OverLimit = 'connections' | 'connections of address';

/** Number of connections accepted beyond the limits: for health checks and metrics, and to answer others with 503. */
const reserve = 64;

/** Timeout for the request headers on a connection over the limits, in milliseconds. */
const reserveTimeoutMs = 1_000;

/** Limits the connections of a server, and keeps a reserve for health checks and metrics. */
export class Connections {
  readonly #limits: ConnectionLimits;
  readonly #perAddress = new LeakFreeMap<string, number>();
  /** Connections over a limit, and that limit, in order of arrival. */
  readonly #reserve = new LeakFreeMap<Socket, OverLimit>();
  /** Connections of the reserve that have not sent a request yet. */
  readonly #silent = new LeakFreeMap<Socket, NodeJS.Timeout>();
  #open = 0;

  /** Watches the connections of a server. Must be called before it listens. */
  constructor(server: Server, limits: ConnectionLimits) {
    this.#limits = limits;
    // The reserve may hold silent connections and, in addition, connections that are being answered.
    server.maxConnections = limits.max + 2 * reserve;
    server.on('connection', (socket: Socket) => this.#accept(socket));
  }

  /** Number of open connections, including the reserve. */
  get open(): number {
    return this.#open + this.#reserve.size;
  }

  /** The limit that a connection exceeds, or undefined. Must be called for each request on it. */
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

  /** Makes room in the reserve. Health checks send their request immediately, so are rarely the oldest silent one. */
  #closeFirstSilent(): void {
    const [first] = this.#silent.entries().next().value ?? [];
    if (first === undefined) return;
    this.#speak(first);
    first.destroy();
  }

  /** Records that a connection of the reserve has sent a request, or was closed. */
  #speak(socket: Socket): void {
    clearTimeout(this.#silent.get(socket));
    this.#silent.delete(socket);
  }
}
