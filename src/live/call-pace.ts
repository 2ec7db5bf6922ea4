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
      this.#next()?.go();
    }
    if (this.#waiting.length === 0) return;
    this.#timer = setTimeout(() => this.#release(), Math.ceil(((1 - this.#allowed) / this.#perSecond) * 1000));
  }

  /** Takes the next entry out of the queue, and moves the others of its token to the end. */
  #next(): Waiting | undefined {
    const next = this.#waiting.find(({ ticket }) => ticket.urgent) ?? this.#waiting[0];
    const isOfSameToken = ({ ticket }: Waiting): boolean => ticket.tokenId === next?.ticket.tokenId;
    const left = this.#waiting.filter((entry) => entry !== next);
    this.#waiting = [...left.filter((entry) => !isOfSameToken(entry)), ...left.filter(isOfSameToken)];
    return next;
  }
}

function isWanted({ ticket }: Waiting): boolean {
  return ticket.isWanted?.() ?? true;
}
