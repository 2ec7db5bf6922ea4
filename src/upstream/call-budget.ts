import type { GatewayError } from '../errors.ts';

/** Limits the calls that one operation makes to the Images API, and records whether upstream accepts its token. */
export interface CallBudget {
  /** Whether upstream has accepted the token. */
  readonly isVerified: boolean;
  /** The error for a token that is missing or that upstream refused, or null. All other calls would fail the same way. */
  readonly refusal: GatewayError | null;
  /** Whether the operation is over a limit and has been answered, so the results of its calls are no longer needed. */
  readonly isExceeded: boolean;
  /** Counts a call, made or shared. @throws GatewayError if upstream has refused the token. */
  startCall(method: string): void;
  /** Counts the size of a response body. */
  receive(bytes: number): void;
  /** Records that upstream accepted the token: it gave a response that requires a valid one. */
  acceptToken(): void;
  /** Records that there is no token, or that upstream refused it. */
  refuseToken(error: GatewayError): void;
}
