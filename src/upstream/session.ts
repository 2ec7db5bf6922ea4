import { GatewayError, UpstreamError } from '../errors.ts';
import type { Token } from '../token.ts';
import type { Call, Caller } from './call.ts';
import type { CallBudget } from './call-budget.ts';
import { GaveUp, type Patience } from './deadline.ts';
import { notUnderstood, parseBody } from './rows.ts';
import type { ReadSharing } from './shared-reads.ts';
import type { Transport } from './transport.ts';
import { WireError } from './wire.ts';

/** The caller that a client acts for. */
export interface ClientCaller extends Omit<Caller, 'token'> {
  /** The token, or the error that explains why there is no usable one. */
  readonly token: Token | GatewayError;
  /** Resolves when the caller may make its next call, within the budget of all subscriptions; undefined: no limit. */
  readonly pace?: (() => Promise<void>) | undefined;
}

/** A read, without its caller. */
export type Read = Omit<Call, 'method' | 'body'>;

/**
 * One caller at one API: its reads, which may be shared, and its writes, which never are. All methods throw
 * UpstreamError; without a token they throw `UNAUTHENTICATED` before they check their arguments.
 */
export class Session {
  readonly #transport: Transport;
  readonly #sharedReads: ReadSharing | null;
  readonly #caller: ClientCaller;

  /** @param sharedReads lets identical reads with one token share a call; null: each read makes its own call. */
  constructor(transport: Transport, sharedReads: ReadSharing | null, caller: ClientCaller) {
    this.#transport = transport;
    this.#sharedReads = sharedReads;
    this.#caller = caller;
  }

  /** Whether the API is known to accept the caller's token. */
  get isVerified(): boolean {
    return this.#caller.budget?.isVerified ?? false;
  }

  /** Reads, and parses the response body. `parse` throws WireError for a body of the wrong shape. */
  read<T>(toRead: () => Read, parse: (json: unknown, call: Call) => T): Promise<T> {
    return this.#spend(
      () => ({ ...toRead(), method: 'GET' }),
      (call, caller) => this.#readShared(call, caller, parse),
    );
  }

  /** Writes, and parses the response body, which may be empty. */
  write<T>(toCall: () => Call, parse: (body: string, call: Call) => T): Promise<T> {
    return this.#spend(toCall, async (call, caller) => {
      try {
        return parse(await this.#transport.call(call, caller), call);
      } finally {
        this.#sharedReads?.close();
      }
    });
  }

  /** Parses a body as JSON. @throws UpstreamError. */
  parseBody<T>(call: Call, body: string, parse: (json: unknown) => T): T {
    return parseBody(this.#transport.service, call, body, parse);
  }

  /**
   * Parses each row of a list separately.
   *
   * @param expected is passed to `parse` with each row.
   * @returns an error in place of each row that could not be parsed.
   */
  parseRows<T, Expected>(
    call: Call,
    list: readonly unknown[],
    parse: (row: unknown, expected: Expected) => T,
    expected: Expected,
  ): (T | UpstreamError)[] {
    let dropped = 0;
    const parsed = list.map((row) => {
      try {
        return parse(row, expected);
      } catch (error) {
        if (!(error instanceof WireError)) throw error;
        dropped++;
        const why = `a row was left out, because ${error.message}`;
        return notUnderstood(this.#transport.service, call, why, error);
      }
    });
    if (dropped > 0) this.#transport.dropped(call, dropped);
    return parsed;
  }

  #readShared<T>(call: Call, caller: Caller, parse: (json: unknown, call: Call) => T): Promise<T> {
    const { pace } = this.#caller;
    const makeRead = (patience: Patience): Promise<T> => {
      // The wait for `pace` does not count: the deadline starts after it.
      const response =
        pace === undefined
          ? this.#transport.call(call, caller, patience)
          : pace().then(() => this.#transport.call(call, { ...caller, signal: patience.signal }));
      return response.then((body) => this.parseBody(call, body, (json) => parse(json, call)));
    };
    const patience = this.#transport.patienceOf(caller);
    if (this.#sharedReads === null) return makeRead(patience);
    return this.#sharedReads.read(caller.token.id, call.path, patience, makeRead);
  }

  /** @throws the error that explains why there is no usable token. */
  #authenticated(): Caller {
    if (hasToken(this.#caller)) return this.#caller;
    throw this.#caller.token;
  }

  /**
   * Makes a call within the operation's budget, if any, which learns whether the API accepts the token.
   *
   * @throws UpstreamError, also where a caller gave up.
   */
  #spend<T>(toCall: () => Call, makeCall: (call: Call, caller: Caller) => Promise<T>): Promise<T> {
    try {
      const caller = this.#authenticated();
      const call = toCall();
      const { budget } = caller;
      budget?.startCall(call.method);
      if (budget?.isExceeded) return never();
      // Not an async function, which would take half a kilobyte while it waits. Thousands of calls may wait.
      return makeCall(call, caller).then(
        (answer) => {
          budget?.acceptToken();
          return budget?.isExceeded ? never() : answer;
        },
        (cause: unknown) => this.#fail(call, budget, cause),
      );
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #fail(call: Call, budget: CallBudget | undefined, cause: unknown): Promise<never> {
    const error = cause instanceof GaveUp ? this.#transport.toGiveUpError(call, cause) : cause;
    if (error instanceof UpstreamError) {
      if (error.status === 401) budget?.refuseToken(error);
      else if (needsToken.has(error.status)) budget?.acceptToken();
    }
    if (budget?.isExceeded) return never();
    throw error;
  }
}

function hasToken(caller: ClientCaller): caller is ClientCaller & Caller {
  return !(caller.token instanceof GatewayError);
}

/**
 * Never settles. An operation over a limit has been answered already; an error for each pending call would take more
 * time and memory than the calls themselves.
 */
function never(): Promise<never> {
  return new Promise(() => {});
}

/** Statuses that an API returns only after it has accepted the token. */
const needsToken: ReadonlySet<number | undefined> = new Set([403, 404, 409]);
