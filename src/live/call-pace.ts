/** A place in the queue for a call. */
export interface Ticket {
  /** The `id` of the token that the call is made with. */
  readonly tokenId: string;
  /** Whether a subscriber waits for the result: urgent tickets go first. May be set while the ticket waits. */
  urgent: boolean;
  /** Whether anyone still waits for the result; a call that nobody wants is dropped. Absent: always. */
  readonly isWanted?: () => boolean;
}

interface Waiting {
  readonly ticket: Ticket;
  readonly go: () => void;
}

/**
 * Limits the rate of calls: `perSecond` calls per second on average, and never more than half as many again in one second.
 * Urgent tickets go first. Otherwise tokens take turns, so that one with many views does not delay the others.
 */
export class CallPace {
  readonly #perSecond: number;
  /** The number of calls that may be made immediately after a pause. */
  readonly #burst: number;
  readonly #now: () => number;
  #allowed: number;
  #at: number;
  #waiting: Waiting[] = [];
  /** The tokens that had their turn in this round. */
  readonly #served = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  /** @param now returns the current time in milliseconds. */
  constructor(perSecond: number, now: () => number) {
    this.#perSecond = perSecond;
    this.#now = now;
    this.#burst = Math.max(1, Math.floor(perSecond / 2));
    this.#allowed = this.#burst;
    this.#at = now();
  }

  /** Number of waiting calls. */
  get waiting(): number {
    return this.#waiting.filter(isWanted).length;
  }

  /** Resolves when the next call may be made; never, if it is no longer wanted by then. */
  take(ticket: Ticket): Promise<void> {
    return new Promise((go) => {
      this.#waiting.push({ ticket, go });
      if (this.#timer === undefined) this.#release();
    });
  }

  #release(): void {
    this.#timer = undefined;
    const now = this.#now();
    this.#allowed = Math.min(this.#burst, this.#allowed + ((now - this.#at) / 1000) * this.#perSecond);
    this.#at = now;
    this.#waiting = this.#waiting.filter(isWanted);
    while (this.#allowed >= 1 && this.#waiting.length > 0) {
      this.#allowed--;
      this.#takeNext()?.go();
    }
    if (this.#waiting.length === 0) this.#served.clear();
    else this.#timer = setTimeout(() => this.#release(), Math.ceil(((1 - this.#allowed) / this.#perSecond) * 1000));
  }

  #takeNext(): Waiting | undefined {
    const urgent = this.#waiting.filter(({ ticket }) => ticket.urgent);
    const candidates = urgent.length > 0 ? urgent : this.#waiting;
    let next = candidates.find(({ ticket }) => !this.#served.has(ticket.tokenId));
    if (next === undefined) {
      this.#served.clear();
      [next] = candidates;
    }
    if (next === undefined) return undefined;
    this.#served.add(next.ticket.tokenId);
    this.#waiting.splice(this.#waiting.indexOf(next), 1);
    return next;
  }
}

function isWanted({ ticket }: Waiting): boolean {
  return ticket.isWanted?.() ?? true;
}
