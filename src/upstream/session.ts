import { hash } from 'node:crypto';
import { GatewayError, UpstreamError } from '../errors.ts';
import type { SharedReads } from './shared-reads.ts';
import type { Call, Caller, Transport } from './transport.ts';
import { WireError } from './wire.ts';

/** Who a client speaks for. */
export interface ClientCaller extends Omit<Caller, 'token'> {
  /** The token, or why there is none that can be used. */
  readonly token: string | GatewayError;
}

/** Rows of a list, and an error for each row that could not be understood. */
export interface Rows<T> {
  readonly rows: readonly T[];
  readonly errors: readonly GatewayError[];
}

/** How many rows of one list have an error of their own; where all rows are bad, a thousand errors say no more. */
const maxRowErrors = 10;

/**
 * Settles never. An operation over a limit has been answered; an error for each of the calls that it still waits for would
 * take more time and memory than the calls themselves.
 */
function never(): Promise<never> {
  return new Promise(() => {});
}

/** What upstream answers only to those whose token it has accepted. */
const needsToken: ReadonlySet<number | undefined> = new Set([403, 404, 409]);

/** A call that reads: a `GET` that is answered with 200. */
export type Read = Pick<Call, 'operation' | 'doing' | 'path' | 'isAboutToken'>;

/**
 * One caller at one API: its reads, which may be shared, and its writes, which never are. All methods throw
 * UpstreamError, and `UNAUTHENTICATED` without a token.
 */
export class Session {
  readonly #transport: Transport;
  readonly #sharedReads: SharedReads | null;
  readonly #caller: ClientCaller;
  #callerKey: string | undefined;

  /** @param sharedReads lets identical reads of one token share a call; null: every read is a call of its own. */
  constructor(transport: Transport, sharedReads: SharedReads | null, caller: ClientCaller) {
    this.#transport = transport;
    this.#sharedReads = sharedReads;
    this.#caller = caller;
  }

  /** Whether upstream is known to accept the caller's token. */
  get isVerified(): boolean {
    return this.#caller.budget?.isVerified ?? false;
  }

  /** Reads, and parses the body of the answer. */
  async read<T>(read: Read, parse: (json: unknown) => T): Promise<T> {
    const { token, ...rest } = this.#caller;
    if (token instanceof GatewayError) throw token;
    const call: Call = { ...read, method: 'GET', expect: 200 };
    const make = async (signal: AbortSignal): Promise<T> =>
      this.parse(call, await this.#transport.call(call, { ...rest, token, signal }), parse);
    return this.#spend('GET', () => {
      if (this.#sharedReads === null) return make(rest.signal);
      return this.#sharedReads.read(this.#toCallerKey(token), call.path, rest.signal, make);
    });
  }

  /** Writes. @returns the body of the answer. */
  async write(call: Call): Promise<string> {
    const { token, ...rest } = this.#caller;
    if (token instanceof GatewayError) throw token;
    const callerKey = this.#toCallerKey(token);
    return this.#spend(call.method, async () => {
      this.#sharedReads?.forget(callerKey);
      try {
        return await this.#transport.call(call, { ...rest, token });
      } finally {
        this.#sharedReads?.forget(callerKey);
      }
    });
  }

  /** Parses a body as JSON. `parse` throws WireError for what is not as asked. */
  parse<T>(call: Call, body: string, parse: (json: unknown) => T): T {
    let json: unknown;
    try {
      json = JSON.parse(body);
    } catch {
      // What the parser says of it quotes upstream, so it is no cause to keep.
      throw this.#notUnderstood(call, 'it is no JSON', undefined);
    }
    try {
      return parse(json);
    } catch (error) {
      if (error instanceof WireError) throw this.#notUnderstood(call, error.message, error);
      throw error;
    }
  }

  /** Parses each row of a list by itself, so that one that cannot be understood takes no other along. */
  parseRows<T>(read: Read, list: readonly unknown[], parse: (row: unknown) => T): Rows<T> {
    const rows: T[] = [];
    const errors: GatewayError[] = [];
    let dropped = 0;
    for (const row of list) {
      try {
        rows.push(parse(row));
      } catch (error) {
        if (!(error instanceof WireError)) throw error;
        dropped++;
        if (dropped > maxRowErrors) continue;
        errors.push(this.#notUnderstood(read, `a row was left out, because ${error.message}`, error));
      }
    }
    if (dropped > maxRowErrors) {
      const why = `${dropped - maxRowErrors} more rows were left out`;
      errors.push(this.#notUnderstood(read, why, undefined));
    }
    if (dropped > 0) this.#transport.dropped(read, dropped);
    return { rows, errors };
  }

  /** Makes a call within the budget of the operation, which learns from it whether upstream accepts the token. */
  async #spend<T>(method: string, makeCall: () => Promise<T>): Promise<T> {
    const { budget } = this.#caller;
    if (budget === undefined) return makeCall();
    budget.startCall(method);
    if (budget.isExceeded) return never();
    try {
      const answer = await makeCall();
      budget.acceptToken();
      return budget.isExceeded ? await never() : answer;
    } catch (error) {
      if (error instanceof UpstreamError) {
        if (error.status === 401) budget.refuseToken(error);
        else if (needsToken.has(error.status)) budget.acceptToken();
      }
      if (budget.isExceeded) return never();
      throw error;
    }
  }

  #toCallerKey(token: string): string {
    this.#callerKey ??= hash('sha256', token);
    return this.#callerKey;
  }

  #notUnderstood({ doing, method = 'GET' }: Read & Partial<Call>, why: string, cause: unknown): UpstreamError {
    return new UpstreamError(
      'UPSTREAM_INVALID_RESPONSE',
      `Could not ${doing} as asked: the answer of ${this.#transport.service.name} cannot be understood: ${why}.`,
      { outcome: method === 'GET' ? undefined : 'UNKNOWN', cause },
    );
  }
}
