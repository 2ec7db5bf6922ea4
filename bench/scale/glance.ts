import type { Dispatcher } from 'undici';
import type { Connections, PooledConnection } from '../../src/upstream/connection-pool.ts';
import type { VirtualClock } from './clock.ts';

/** Mean time that a worker of Glance takes for a call: two of them answered 165 calls a second (bench, "With a real Glance"). */
export const serviceMs = 12;

/** How many requests may wait for a worker before connections are refused. */
const backlog = 1_024;

const body = Buffer.from('{}');

/**
 * A region of Glance workers. A request whose caller has gone is still worked on, because uWSGI does not notice that.
 */
export class Glance {
  readonly workers: number;
  /** How many times slower than usual it is. */
  slowness = 1;
  readonly #clock: VirtualClock;
  readonly #waiting: (() => void)[] = [];
  #busy = 0;

  constructor(clock: VirtualClock, workers: number) {
    this.#clock = clock;
    this.workers = workers;
  }

  /** How many calls it can answer in a second, as slow as it is now. */
  get callsPerSecond(): number {
    return (this.workers * 1_000) / (serviceMs * this.slowness);
  }

  /** Stands for the connections of one gateway. */
  createPool(): Connections {
    const dispatch: Dispatcher['dispatch'] = (_options, handler) => {
      let aborted = false;
      const abort = (): void => {
        aborted = true;
      };
      const controller = { abort } as unknown as Dispatcher.DispatchController;
      handler.onRequestStart?.(controller, {});
      if (this.#waiting.length >= backlog) {
        handler.onResponseError?.(controller, new Error('connection refused'));
        return true;
      }
      this.#waiting.push(() => {
        if (aborted) return;
        handler.onResponseStart?.(controller, 200, {}, 'OK');
        handler.onResponseData?.(controller, body);
        handler.onResponseEnd?.(controller, {});
      });
      this.#next();
      return true;
    };
    const connection = { dispatch } as PooledConnection;
    return { acquire: (requester) => requester.send(connection), release() {}, stopWaiting() {} };
  }

  #next(): void {
    if (this.#busy >= this.workers) return;
    const answer = this.#waiting.shift();
    if (answer === undefined) return;
    this.#busy++;
    this.#clock.after(this.#clock.exponential(serviceMs * this.slowness), () => {
      this.#busy--;
      answer();
      this.#next();
    });
  }
}
