import { type Cancel, NoAnswer } from './attempt.ts';
import { DeadlineExceeded } from './deadline.ts';

/** Receives a function that cancels an attempt, or the wait for one. */
export type OnCancel = (cancel: Cancel) => void;

/**
 * Sends the breaker's trial request. A caller that cancels gets `NoAnswer` immediately, but the request continues until
 * it has a response or reaches the deadline of a call. Otherwise callers that keep disconnecting would keep the breaker
 * open.
 */
export function outliveCaller<T>(
  send: (onCancel: OnCancel) => Promise<T>,
  onCancel: OnCancel,
  deadlineMs: number,
): Promise<T> {
  let cancel: Cancel = () => {};
  const timer = setTimeout(() => cancel(new DeadlineExceeded()), deadlineMs);
  const trial = send((c) => {
    cancel = c;
  });
  return new Promise((resolve, reject) => {
    onCancel((reason) => reject(new NoAnswer(true, reason)));
    trial.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Waits. @throws the reason passed to `Cancel`. */
export function sleep(ms: number, onCancel: OnCancel): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    onCancel((reason) => {
      clearTimeout(timer);
      reject(reason);
    });
  });
}
