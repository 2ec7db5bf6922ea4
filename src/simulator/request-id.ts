const longest = 64;

/**
 * The request id of the response: the given one, unchecked and with the prefix `req-`, or a new one. Undefined for a
 * given one of more than 64 characters, which Glance answers with 500. Observed on Glance 25.1.
 */
export function requestId(given: string | undefined): string | undefined {
  if (given === undefined || given === '') return `req-${crypto.randomUUID()}`;
  if (given.length > longest) return undefined;
  return given.startsWith('req-') ? given : `req-${given}`;
}
