import type { GatewayError } from '../errors.ts';

/** Bounds the calls that one operation makes to the Images API, and learns from them whether its token is accepted. */
export interface CallBudget {
  /** Whether upstream has accepted the token. */
  readonly isVerified: boolean;
  /** How upstream refused the token, if it did: no other call of the operation can do better. */
  readonly refusal: GatewayError | null;
  /** Whether the operation is over a limit, so that nobody waits for its calls any more. */
  readonly isExceeded: boolean;
  /** Counts a call, made or shared. @throws GatewayError if upstream has refused the token. */
  startCall(method: string): void;
  /** Counts a body that upstream answered with. */
  receive(bytes: number): void;
  /** Upstream accepted the token: it answered with something that it tells nobody without one. */
  acceptToken(): void;
  refuseToken(error: GatewayError): void;
}
