import { LeakFreeMap } from '../collections/leak-free-map.ts';
import type { Token } from '../token.ts';
import type { Change, Hint } from './view.ts';
import { type Rhythm, type Watched, Watcher } from './watcher.ts';

export interface WatchersOptions extends Omit<Rhythm, 'intervalMs'> {
  /** Interval between polls of a view, in milliseconds. */
  readonly pollIntervalMs: number;
  /** Interval between polls while notifications arrive, in milliseconds. */
  readonly pollIntervalWithEventsMs: number;
}

/** All watchers of the process: one per token and subscribed view. */
export class Watchers {
  readonly #rhythm: Rhythm;
  readonly #watchers = new LeakFreeMap<string, Watcher<unknown>>();
  #hasEvents = false;

  constructor(options: WatchersOptions) {
    this.#rhythm = {
      ...options,
      intervalMs: () => (this.#hasEvents ? options.pollIntervalWithEventsMs : options.pollIntervalMs),
    };
  }

  /** Number of watchers. */
  get size(): number {
    return this.#watchers.size;
  }

  /** Whether notifications are arriving. */
  get hasEvents(): boolean {
    return this.#hasEvents;
  }

  /**
   * Follows a view with a token: see `Watcher.changes`. What `watched` reads must depend on token and key alone. The watcher
   * is looked up when the first change is asked for: a generator that is never started must leave nothing behind.
   */
  async *changes<State>(
    token: Token,
    viewKey: string,
    watched: Watched<State>,
    signal: AbortSignal,
  ): AsyncGenerator<Change<State>> {
    const key = `${token.id} ${viewKey}`;
    // Views of one key are the same view, and so have the same type.
    const known = this.#watchers.get(key) as Watcher<State> | undefined;
    const watcher = known ?? new Watcher(token.id, watched, this.#rhythm, () => this.#forget(key, watcher));
    if (known === undefined) this.#watchers.set(key, watcher as Watcher<unknown>);
    yield* watcher.changes(signal);
  }

  /** Wakes the watchers whose view a hint may affect. */
  hint(hint: Hint): void {
    for (const [, watcher] of this.#watchers.entries()) watcher.hint(hint);
  }

  /**
   * Records whether notifications are arriving. Changes may have been missed meanwhile, so every view is read when they
   * resume.
   */
  setHasEvents(hasEvents: boolean): void {
    if (hasEvents === this.#hasEvents) return;
    this.#hasEvents = hasEvents;
    for (const [, watcher] of this.#watchers.entries()) {
      if (hasEvents) watcher.refresh('poll').catch(() => {});
      else watcher.schedule();
    }
  }

  #forget<State>(key: string, watcher: Watcher<State>): void {
    if (this.#watchers.get(key) === (watcher as Watcher<unknown>)) this.#watchers.delete(key);
  }
}
