const longest = 64;

/**
 * The request id to answer with: a given one is taken over unchecked, with `req-` before it if that is missing.
 * Undefined for one of more than 64 characters, which Glance answers with 500. Observed on Glance 25.1.
 */
export function requestId(given: string | undefined): string | undefined {
  if (given === undefined || given === '') return `req-${crypto.randomUUID()}`;
  if (given.length > longest) return undefined;
  return given.startsWith('req-') ? given : `req-${given}`;
}
