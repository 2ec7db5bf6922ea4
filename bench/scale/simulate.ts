import { type Environment, parseSettings } from '../../src/settings/parse-settings.ts';
import { Token } from '../../src/token.ts';
import type { VirtualClock } from './clock.ts';
import { Gateway } from './gateway.ts';
import { Glance, serviceMs } from './glance.ts';

/** What goes wrong, from `disturbedMs` on for `disturbanceMs`. */
export type Scenario = 'none' | 'restart' | 'slow' | 'crowd';

export interface SimulationOptions {
  readonly clock: VirtualClock;
  readonly callers: number;
  readonly scenario: Scenario;
  /** Settings that are not the defaults. */
  readonly environment: Environment;
  /** Null: as many as let the fleet have a connection for each worker. */
  readonly gateways?: number | null;
}

export interface Outcome {
  readonly gateways: number;
  readonly workers: number;
  /** The share of what could have been answered that was, by window, from the disturbance on; NaN where nothing was asked. */
  readonly goodput: readonly number[];
  /** How long callers waited for an answer, in milliseconds: of a hundred, the 50th and the 99th. */
  readonly p50: number;
  readonly p99: number;
}

/** A caller asks for one image and its members once a minute on average. */
const thinkMs = 60_000;
/** Calls of such an operation. */
const callsPerOperation = 2;
/** The share of Glance that is busy on an ordinary day. */
const utilisation = 0.6;
/** An answer that comes later is of no use. */
const patienceMs = 5_000;
/** How often a caller asks again after a failure, after a second or two. */
const retries = 3;

const disturbedMs = 30_000;
const disturbanceMs = 30_000;
const endMs = 120_000;
const windowMs = 10_000;
const restartMs = 3_000;
/** A crowd: everyone asks for the same image within this time; half of them through one of these portals, by its token. */
const crowdMs = 5_000;
const portals = 10;

/** Lets callers ask a fleet before a region of Glance workers for two minutes of virtual time. */
export async function simulate(options: SimulationOptions): Promise<Outcome> {
  const { clock, callers, scenario } = options;
  const settings = parseSettings(options.environment);
  const callsPerSecond = (callers * callsPerOperation * 1_000) / thinkMs;
  const workers = Math.max(2, Math.ceil((callsPerSecond * serviceMs) / 1_000 / utilisation));
  const glance = new Glance(clock, workers);
  const size = options.gateways ?? Math.max(2, Math.ceil(workers / parseSettings({}).upstreamConnections));
  let fleet = Array.from({ length: size }, () => new Gateway(clock, glance, settings));
  const windows = Array.from({ length: endMs / windowMs }, () => ({ asked: 0, answered: 0, capacity: 0 }));
  const latencies: number[] = [];
  const start = clock.now;
  const windowAt = (at: number) => windows[Math.floor((at - start) / windowMs)];

  async function ask(token: Token, image: string): Promise<void> {
    const askedAt = clock.now;
    for (let attempt = 0; attempt <= retries; attempt++) {
      const window = windowAt(clock.now);
      if (window) window.asked++;
      const abort = new AbortController();
      const patience = clock.after(patienceMs, () => abort.abort());
      const sentAt = clock.now;
      const gateway = fleet[Math.floor(clock.random() * fleet.length)];
      try {
        await gateway?.answer(token, image, abort.signal);
        if (window && clock.now - sentAt < patienceMs) {
          window.answered++;
          latencies.push(clock.now - askedAt);
        }
        return;
      } catch {
        await new Promise<void>((resolve) => clock.after(1_000 * (1 + clock.random()), resolve));
      } finally {
        patience.run = null;
      }
    }
  }

  function live(token: Token, image: string): void {
    clock.after(clock.exponential(thinkMs), () => {
      ask(token, image).then(() => live(token, image));
    });
  }
  for (let number = 0; number < callers; number++) live(new Token(`caller ${number}`), `image-${number}`);
  const portalTokens = Array.from({ length: portals }, (_, number) => new Token(`portal ${number}`));

  clock.after(disturbedMs, () => {
    if (scenario === 'slow') {
      glance.slowness = 10;
      clock.after(disturbanceMs, () => {
        glance.slowness = 1;
      });
    }
    if (scenario === 'restart') {
      for (const gateway of fleet) gateway.kill();
      clock.after(restartMs, () => {
        fleet = fleet.map(() => new Gateway(clock, glance, settings));
      });
    }
    if (scenario === 'crowd') {
      for (let number = 0; number < callers; number++) {
        const token = portalTokens[number % (2 * portals)] ?? new Token(`caller ${number}`);
        clock.after(clock.random() * crowdMs, () => void ask(token, 'the-image'));
      }
    }
  });

  for (const window of windows) {
    const before = glance.callsPerSecond;
    await clock.runUntil(clock.now + windowMs);
    // A window in which the speed changes counts as the slower one.
    window.capacity = (Math.min(before, glance.callsPerSecond) * windowMs) / 1_000 / callsPerOperation;
  }
  // What was asked at the end may still be answered.
  await clock.runUntil(clock.now + patienceMs);
  const disturbed = windows.slice(disturbedMs / windowMs);
  latencies.sort((one, other) => one - other);
  return {
    gateways: size,
    workers,
    goodput: disturbed.map(({ asked, answered, capacity }) => Math.min(1, answered / Math.min(asked, capacity))),
    p50: latencies[Math.floor(latencies.length * 0.5)] ?? Number.NaN,
    p99: latencies[Math.floor(latencies.length * 0.99)] ?? Number.NaN,
  };
}
