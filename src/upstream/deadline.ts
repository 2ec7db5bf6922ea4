/** Why a caller stops waiting for a call. */
export abstract class GaveUp extends Error {}

/** The deadline of the call has passed. */
export class DeadlineExceeded extends GaveUp {}

/** The caller disconnected. */
export class CallerGone extends GaveUp {}

/** When a call must be finished, on the `performance` clock. May be extended while the call is in progress. */
export interface Deadline {
  readonly at: number;
}

/**
 * Calls back when the deadline has passed, even if it is extended in the meantime.
 *
 * @returns a function that cancels the callback.
 */
export function onDeadline(deadline: Deadline, callBack: () => void): () => void {
  let timer: NodeJS.Timeout;
  function arm(): void {
    timer = setTimeout(check, Math.max(0, deadline.at - performance.now()));
  }
  function check(): void {
    if (isOver(deadline)) callBack();
    else arm();
  }
  arm();
  return () => clearTimeout(timer);
}

/** Timers may fire up to a millisecond early, and less than that is too short for any call. */
export function isOver({ at }: Deadline): boolean {
  return at - performance.now() < 1;
}
