/** Why somebody stops waiting for a call. */
export abstract class GaveUp extends Error {}

/** The time for a call is over. */
export class DeadlineExceeded extends GaveUp {}

/** The caller went away. */
export class CallerGone extends GaveUp {}

/** When a call must be over, on the clock of `performance`; it may be put off while the call is under way. */
export interface Deadline {
  readonly at: number;
}

/**
 * Calls back when the deadline has come, however often it was put off meanwhile.
 *
 * @returns what stops that.
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

/** Timers may fire up to a millisecond early, and what is left of one is too little for any call. */
export function isOver({ at }: Deadline): boolean {
  return at - performance.now() < 1;
}
