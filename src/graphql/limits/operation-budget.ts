import { GatewayError } from '../../errors.ts';
import type { Limits } from '../../settings/settings.ts';
import type { CallBudget } from '../../upstream/call-budget.ts';
import type { MemoryAccount } from './memory-pool.ts';
import { toLimitError } from './refusal.ts';

/** What an operation may have without a token that upstream has accepted. */
const unverified = { maxAnswerBytes: 65_536, maxAnswerFields: 5_000, maxErrors: 100 };

/** The most calls that one pair of a bulk mutation can take: to change it, to look at it, and to explain a refusal. */
const callsPerChange = 8;

/** How many errors an answer may hold. */
const maxErrors = 1_000;

/** Estimated memory for each byte that upstream answered with: its rows, once they are parsed. */
const memoryPerUpstreamByte = 2;
/** Estimated memory for each call, and for all that waits for it. */
const memoryPerCall = 10_000;
/** Estimated memory for each field of an answer that is being built. */
const memoryPerField = 32;

/** How many seconds to wait before trying again where memory is short. */
const retryAfter = 1;

/**
 * Bounds what one operation costs while it is executed. Once it is over a limit, its answer is lost: it makes no more
 * calls and resolves no more lists, so that it ends soon.
 */
export class OperationBudget implements CallBudget {
  readonly limits: Limits;
  /** Resolves when the operation is over a limit: with the error that answers it. */
  readonly whenExceeded: Promise<GatewayError>;
  readonly #memory: MemoryAccount;
  readonly #processMemory: { readonly isShort: boolean };
  #resolve: (error: GatewayError) => void = () => {};
  #calls = 0;
  #maxCalls: number;
  #upstreamBytes = 0;
  #fields = 0;
  #changes = 0;
  #errors = 0;
  #isVerified = false;
  #refusal: GatewayError | null = null;
  #exceeded: GatewayError | null = null;

  /** @param processMemory may run short, whatever this operation holds. */
  constructor(limits: Limits, memory: MemoryAccount, processMemory: { readonly isShort: boolean }) {
    this.limits = limits;
    this.#memory = memory;
    this.#processMemory = processMemory;
    this.whenExceeded = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.#maxCalls = limits.maxUpstreamCalls;
  }

  /** Whether upstream has accepted the token of the operation. */
  get isVerified(): boolean {
    return this.#isVerified;
  }

  get refusal(): GatewayError | null {
    return this.#refusal;
  }

  /** How many bytes the answer may have, besides what describes the schema. */
  get maxAnswerBytes(): number {
    const { maxAnswerBytes } = this.limits;
    return this.#isVerified ? maxAnswerBytes : Math.min(unverified.maxAnswerBytes, maxAnswerBytes);
  }

  /** How many errors the answer may hold. */
  get maxErrors(): number {
    return this.#isVerified ? maxErrors : unverified.maxErrors;
  }

  /** How many errors did not become part of the answer. */
  get droppedErrors(): number {
    return Math.max(0, this.#errors - this.maxErrors);
  }

  /** Counts an error at an item of a list. @returns whether the answer may hold it. */
  addError(): boolean {
    return ++this.#errors <= this.maxErrors;
  }

  /**
   * Counts pairs that bulk mutations of the operation are about to change, and allows the calls for them.
   *
   * @returns whether the operation may change so many.
   */
  takeChanges(pairs: number): boolean {
    if (this.#changes + pairs > this.limits.bulkMaxChanges) return false;
    this.#changes += pairs;
    this.#maxCalls += pairs * callsPerChange;
    return true;
  }

  /** @throws GatewayError if the answer has no room for this many fields more. */
  checkRoom(fields: number): void {
    const { maxAnswerFields } = this.limits;
    const found = this.#fields + fields;
    if (found > maxAnswerFields) throw toLimitError({ limit: 'maxAnswerFields', allowed: maxAnswerFields, found });
  }

  get isExceeded(): boolean {
    return this.#exceeded !== null;
  }

  startCall(method: string): void {
    if (this.#refusal !== null) throw this.#refusal;
    this.#calls++;
    if (this.#calls > this.#maxCalls) this.#exceed('maxUpstreamCalls', this.#maxCalls, this.#calls);
    // Writes cost little, and what has begun should be finished.
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
   * @returns whether they may be; null where that depends on whether upstream accepts the token.
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

  /** @throws GatewayError if the operation is over a limit, so that its answer is lost. */
  throwIfExceeded(): void {
    if (this.#exceeded !== null) throw this.#exceeded;
  }

  /** @throws GatewayError if an answer of this size is too large. */
  checkAnswer(bytes: number): void {
    if (bytes > this.maxAnswerBytes) throw this.#exceed('maxAnswerBytes', this.maxAnswerBytes, bytes);
  }

  /** Ends an operation that asks for more than it may without a token that upstream accepts. */
  refuseFields(): void {
    this.#exceed('maxAnswerFields', unverified.maxAnswerFields, this.#fields);
  }

  /** Gives back the memory in which the answer was built, and takes that of the answer. @throws GatewayError. */
  hold(answerBytes: number): void {
    this.#memory.close();
    if (!this.#memory.take(answerBytes)) throw this.#runOutOfMemory();
  }

  /** Gives back everything. */
  close(): void {
    this.#memory.close();
  }

  #exceed(limit: keyof Limits, allowed: number, found: number): GatewayError {
    const why = ' An operation may have no more until the Images API has accepted its token.';
    return this.#end(toLimitError({ limit, allowed, found }, allowed < this.limits[limit] ? why : ''));
  }

  #runOutOfMemory(): GatewayError {
    const message = 'The gateway is overloaded: operations hold all the memory that they may. Try again.';
    return this.#end(new GatewayError('OVERLOADED', message, { retryAfter }));
  }

  #end(error: GatewayError): GatewayError {
    this.#exceeded ??= error;
    this.#resolve(this.#exceeded);
    return this.#exceeded;
  }
}
