import { GatewayError } from '../errors.ts';
import { whyNotPathSegment } from '../upstream/path.ts';

/**
 * Refuses ids that cannot stand in a request path, before any call.
 *
 * @throws GatewayError `BAD_USER_INPUT`, naming the argument.
 */
export function checkIds(ids: Readonly<Record<string, unknown>>): void {
  for (const argument in ids) {
    const id = ids[argument];
    const why = typeof id === 'string' ? whyNotPathSegment(id) : 'is no text';
    if (why !== null) throw new GatewayError('BAD_USER_INPUT', `"${argument}" ${why}, so it can be no id.`);
  }
}
