import { GatewayError } from '../../errors.ts';
import type { Limits } from '../../settings/settings.ts';
import type { CallBudget } from '../../upstream/call-budget.ts';
import type { MemoryAccount } from './memory-pool.ts';
import { toLimitError } from './refusal.ts';

/** Limits until upstream has accepted the operation's token. */
const unverified = { maxAnswerBytes: 65_536, maxAnswerFields: 5_000, maxErrors: 100 };

/** Maximum number of calls for one pair of a bulk mutation: to change it, to verify it, and to explain a refusal. */
const callsPerChange = 8;

/** Maximum number of errors in a response. */
const maxErrors = 1_000;

/** Estimated memory per byte of an upstream response, once parsed into rows. */
const memoryPerUpstreamByte = 2;
/** Estimated memory per call, including everything that waits for it. */
const memoryPerCall = 10_000;
/** Estimated memory per field of a response that is being built. */
const memoryPerField = 32;

/** Seconds to wait before a retry when memory is short. */
const retryAfter = 1;

/**
 * Limits the cost of one operation during execution. Once the operation exceeds a limit, its response is discarded: it
 * makes no more calls and resolves no more lists, so that it ends soon.
 */
export class OperationBudget implements CallBudget {
  readonly limits: Limits;
  readonly #memory: MemoryAccount;
  readonly #processMemory: { readonly isShort: boolean };
  #onExceeded: (error: GatewayError) => void = () => {};
  #calls = 0;
  #maxCalls: number;
  #upstreamBytes = 0;
  #fields = 0;
  #changes = 0;
  #errors = 0;
  #isVerified = false;
  #refusal: GatewayError | null = null;
  #exceeded: GatewayError | null = null;

  /** @param processMemory reports whether the memory of the process is short, independently of this operation. */
  constructor(limits: Limits, memory: MemoryAccount, processMemory: { readonly isShort: boolean }) {
    this.limits = limits;
    this.#memory = memory;
    this.#processMemory = processMemory;
    this.#maxCalls = limits.maxUpstreamCalls;
  }

  /** Whether upstream has accepted the token of the operation. */
  get isVerified(): boolean {
    return this.#isVerified;
  }

  get refusal(): GatewayError | null {
    return this.#refusal;
  }

  /** Maximum size of the response in bytes, not counting introspection. */
  get maxAnswerBytes(): number {
    const { maxAnswerBytes } = this.limits;
    return this.#isVerified ? maxAnswerBytes : Math.min(unverified.maxAnswerBytes, maxAnswerBytes);
  }

  /** Maximum number of errors in the response. */
  get maxErrors(): number {
    return this.#isVerified ? maxErrors : unverified.maxErrors;
  }

  /** Number of errors that were left out of the response. */
  get droppedErrors(): number {
    return Math.max(0, this.#errors - this.maxErrors);
  }

  /** Counts an error at a field or a list item. @returns whether the response may include it. */
  addError(): boolean {
    return ++this.#errors <= this.maxErrors;
  }

  /**
   * Counts the pairs that a bulk mutation is about to change, and allows the calls for them.
   *
   * @returns whether the operation may change so many.
   */
  takeChanges(pairs: number): boolean {
    if (this.#changes + pairs > this.limits.bulkMaxChanges) return false;
    this.#changes += pairs;
    this.#maxCalls += pairs * callsPerChange;
    return true;
  }

  /** @throws GatewayError if the response has no room for this many more fields. */
  checkRoom(fields: number): void {
    const { maxAnswerFields } = this.limits;
    const found = this.#fields + fields;
    if (found > maxAnswerFields) throw toLimitError({ limit: 'maxAnswerFields', allowed: maxAnswerFields, found });
  }

  get isExceeded(): boolean {
    return this.#exceeded !== null;
  }

  /**
   * Waits for the work of the operation, but no longer than until it exceeds a limit.
   *
   * @returns the result, or the error to answer instead.
   */
  wait<T>(work: T | Promise<T>): T | GatewayError | Promise<T | GatewayError> {
    if (!(work instanceof Promise)) return this.#exceeded ?? work;
    return new Promise((resolve, reject) => {
      work.then(resolve, reject);
      if (this.#exceeded !== null) resolve(this.#exceeded);
      this.#onExceeded = resolve;
    });
  }

  startCall(method: string): void {
    if (this.#refusal !== null) throw this.#refusal;
    this.#calls++;
    if (this.#calls > this.#maxCalls) this.#exceed('maxUpstreamCalls', this.#maxCalls, this.#calls);
    // Writes are exempt: they cost little, and a mutation that has started should finish.
    else if (method === 'GET' && (this.#processMemory.isShort || !this.#memory.take(memoryPerCall))) {
      this.#runOutOfMemory();
    }
  }

  receive(bytes: number): void {
    const { maxUpstreamBytes } = this.limits;
    this.#upstreamBytes += bytes;
    if (this.#upstreamBytes > maxUpstreamBytes) {
      this.#exceed('maxUpstreamBytes', maxUpstreamBytes, this.#upstreamBytes);
    } else if (!this.#memory.take(bytes * memoryPerUpstreamByte)) this.#runOutOfMemory();
  }

  acceptToken(): void {
    this.#isVerified = true;
  }

  refuseToken(error: GatewayError): void {
    this.#refusal ??= error;
  }

  /**
   * Counts fields that are about to be resolved.
   *
   * @returns whether they are allowed; null if that depends on whether upstream accepts the token.
   */
  charge(fields: number): boolean | null {
    if (this.#exceeded !== null) return false;
    const { maxAnswerFields } = this.limits;
    this.#fields += fields;
    if (this.#fields > maxAnswerFields) {
      this.#exceed('maxAnswerFields', maxAnswerFields, this.#fields);
      return false;
    }
    if (!this.#memory.take(fields * memoryPerField)) {
      this.#runOutOfMemory();
      return false;
    }
    return this.#isVerified || this.#fields <= unverified.maxAnswerFields || null;
  }

  /** @throws GatewayError if the operation has exceeded a limit. */
  throwIfExceeded(): void {
    if (this.#exceeded !== null) throw this.#exceeded;
  }

  /** @throws GatewayError if a response of this size is too large. */
  checkAnswer(bytes: number): void {
    if (bytes > this.maxAnswerBytes) throw this.#exceed('maxAnswerBytes', this.maxAnswerBytes, bytes);
  }

  /** Ends an operation that requests more fields than allowed without an accepted token. */
  refuseFields(): void {
    this.#exceed('maxAnswerFields', unverified.maxAnswerFields, this.#fields);
  }

  /** Replaces the memory held during execution by that of the response. @throws GatewayError if there is not enough. */
  hold(answerBytes: number): void {
    this.#memory.release();
    if (!this.#memory.take(answerBytes)) throw this.#runOutOfMemory();
  }

  /** Releases all memory. */
  close(): void {
    this.#memory.close();
  }

  #exceed(limit: keyof Limits, allowed: number, found: number): GatewayError {
    const why = ' The limit is lower until the Images API has accepted the token. Send a valid token.';
    return this.#end(toLimitError({ limit, allowed, found }, allowed < this.limits[limit] ? why : ''));
  }

  #runOutOfMemory(): GatewayError {
    const message = 'The gateway is overloaded: the memory for operations is used up. Try again later.';
    return this.#end(new GatewayError('OVERLOADED', message, { retryAfter }));
  }

  #end(error: GatewayError): GatewayError {
    this.#exceeded ??= error;
    this.#onExceeded(this.#exceeded);
    return this.#exceeded;
  }
}
