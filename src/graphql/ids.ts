import { GatewayError } from '../errors.ts';
import { whyNotPathSegment } from '../upstream/path.ts';

/** Explains in a sentence why an argument is not a valid id. */
export function explainUnusable(argument: string, why: string): string {
  return `"${argument}" ${why}, so it cannot be used as an id.`;
}

/**
 * Refuses ids that cannot be part of a request path, before any call.
 *
 * @throws GatewayError `BAD_USER_INPUT`, naming the argument.
 */
export function checkIds<Name extends string>(
  ids: Readonly<Record<Name, unknown>>,
): asserts ids is Readonly<Record<Name, string>> {
  for (const argument in ids) {
    const id = ids[argument];
    const why = typeof id === 'string' ? whyNotPathSegment(id) : 'is not a string';
    if (why !== null) throw new GatewayError('BAD_USER_INPUT', explainUnusable(argument, why));
  }
}
