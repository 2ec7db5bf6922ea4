import type { Settings } from '../../src/settings/settings.ts';
import type { Token } from '../../src/token.ts';
import { Breaker } from '../../src/upstream/breaker.ts';
import type { Call } from '../../src/upstream/call.ts';
import { createLimits } from '../../src/upstream/connect.ts';
import { imagesApi } from '../../src/upstream/images-client.ts';
import { SharedReads } from '../../src/upstream/shared-reads.ts';
import { Transport } from '../../src/upstream/transport.ts';
import type { VirtualClock } from './clock.ts';
import type { Glance } from './glance.ts';

/** CPU time of one operation with two calls, in milliseconds (bench, W1: 4,765 a second on a shared core). */
const cpuMs = 0.21;

/** Why an operation got no answer. */
export class Refused extends Error {}

/** One process: the gateway's real transport, queue, breaker, retry budget and shared reads, and one core. */
export class Gateway {
  readonly #clock: VirtualClock;
  readonly #settings: Settings;
  readonly #transport: Transport;
  readonly #sharedReads: SharedReads | null;
  #running = 0;
  #coreFreeAt = 0;
  #isUp = true;

  constructor(clock: VirtualClock, glance: Glance, settings: Settings) {
    this.#clock = clock;
    this.#settings = settings;
    this.#sharedReads = settings.shareReads ? new SharedReads() : null;
    this.#transport = new Transport({
      service: imagesApi,
      pool: glance.createPool(),
      origin: 'http://glance',
      basePath: '/v2',
      ...createLimits(settings),
      breaker: new Breaker({
        failures: settings.upstreamBreakerFailures,
        pauseMs: settings.upstreamBreakerPauseMs,
        now: () => clock.now,
        onChange() {},
      }),
      observe() {},
      onRefused() {},
      onDropped() {},
    });
  }

  /** Ends the process: whatever it does gets no answer. */
  kill(): void {
    this.#isUp = false;
  }

  /** Answers `image { members }`. @throws if it is refused, or one of its two calls fails. */
  async answer(token: Token, image: string, signal: AbortSignal): Promise<void> {
    const { maxConcurrentOperations, maxEventLoopDelayMs } = this.#settings;
    const lateMs = this.#coreFreeAt - this.#clock.now;
    if (!this.#isUp || this.#running >= maxConcurrentOperations || lateMs > maxEventLoopDelayMs) throw new Refused();
    this.#running++;
    try {
      this.#coreFreeAt = Math.max(this.#coreFreeAt, this.#clock.now) + cpuMs;
      await new Promise<void>((resolve) => this.#clock.after(this.#coreFreeAt - this.#clock.now, resolve));
      await Promise.all(
        [`/images/${image}`, `/images/${image}/members`].map((path) => this.#read(path, token, signal)),
      );
      if (!this.#isUp) throw new Refused();
    } finally {
      this.#running--;
    }
  }

  #read(path: string, token: Token, signal: AbortSignal): Promise<string> {
    const call: Call = { operation: 'read', doing: 'read', method: 'GET', path };
    const caller = { token, requestId: 'simulated', signal };
    if (this.#sharedReads === null) return this.#transport.call(call, caller);
    return this.#sharedReads.read(token.id, path, this.#transport.patienceOf(caller), (patience) =>
      this.#transport.call(call, caller, patience),
    );
  }
}
