import type { AttemptAnswer, AttemptRequest } from './attempt.ts';
import type { AttemptReport } from './call.ts';

/**
 * What an attempt shows about upstream, or a proxy in front of it; null: nothing. A 500 or 501 does not count as down,
 * because it may concern one image only. A call that waited long for its turn may have little time left.
 */
export function toHealth(
  request: AttemptRequest,
  answer: AttemptAnswer | undefined,
  failure: AttemptReport['failure'],
  startedLate: boolean,
): 'up' | 'down' | null {
  if (failure === 'timeout') return startedLate ? null : 'down';
  if (failure === 'unreachable' || (answer !== undefined && answer.status > 501)) {
    return toHeadLength(request) > maxSafeHead ? null : 'down';
  }
  return failure === 'cancelled' ? null : 'up';
}

/**
 * The length of request line and headers that every server accepts, with room for what a proxy adds. uWSGI closes the
 * connection if they exceed its buffer, 4,096 bytes by default; a caller that sends long tokens must not open the breaker.
 */
const maxSafeHead = 3_000;

function toHeadLength({ path, headers }: AttemptRequest): number {
  return headers.reduce((length, text) => length + text.length, path.length);
}
