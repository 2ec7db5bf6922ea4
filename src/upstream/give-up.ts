import { type Cancel, NoAnswer } from './attempt.ts';
import { DeadlineExceeded } from './deadline.ts';

/** Receives what ends an attempt, or the wait for one. */
export type OnCancel = (cancel: Cancel) => void;

/**
 * Sends a request that is a trial for all others, while the breaker is open. Anyone who gives up on it gets `NoAnswer`
 * immediately, but the request goes on until it has an answer or has taken as long as a call may: otherwise nothing would
 * be known of upstream, and callers who go away all the time would keep everyone else out.
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

/** Waits. @throws the reason of whoever gives up on it. */
export function sleep(ms: number, onCancel: OnCancel): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    onCancel((reason) => {
      clearTimeout(timer);
      reject(reason);
    });
  });
}
