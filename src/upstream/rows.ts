import { UpstreamError } from '../errors.ts';
import { TooLargeAnswer } from './attempt.ts';
import type { Call, Service } from './call.ts';
import type { ImageMember } from './model.ts';
import { WireError } from './wire.ts';

/** Rows of a list, and an error for each row that could not be parsed. */
export interface Rows<T> {
  readonly rows: readonly T[];
  readonly errors: readonly UpstreamError[];
}

/**
 * Parses a response body. A byte order mark before JSON may be ignored (RFC 8259 §8.1).
 *
 * @throws UpstreamError `UPSTREAM_INVALID_RESPONSE` if the body is not JSON, or lacks the shape that `parse` expects.
 */
export function parseBody<T>(service: Service, call: Call, body: string, parse: (json: unknown) => T): T {
  let json: unknown;
  try {
    json = JSON.parse(body.startsWith('\uFEFF') ? body.slice(1) : body);
  } catch {
    // The parser's message quotes the body, so it must not be kept as the cause.
    throw notUnderstood(service, call, 'it is not JSON', undefined);
  }
  try {
    return parse(json);
  } catch (error) {
    if (error instanceof WireError) throw notUnderstood(service, call, error.message, error);
    throw error;
  }
}

/** Maximum number of row errors per list; beyond that, one error counts the rest. */
const maxRowErrors = 10;

/** Separates rows from errors. */
export function toRows<T>(parsed: readonly (T | UpstreamError)[]): Rows<T> {
  if (parsed.every(isRow)) return { rows: parsed, errors: [] };
  const rows = parsed.filter(isRow);
  const failed = parsed.filter((row) => row instanceof UpstreamError);
  const more = failed.length - maxRowErrors;
  const errors = failed.slice(0, maxRowErrors);
  if (more > 0) errors.push(new UpstreamError('UPSTREAM_INVALID_RESPONSE', `${more} more rows were left out.`));
  return { rows, errors };
}

function isRow<T>(row: T | UpstreamError): row is T {
  return !(row instanceof UpstreamError);
}

/**
 * Glance may hold a member more than once, after concurrent `POST`s. The row that was changed last holds the member's
 * latest decision.
 */
export function onePerMember(rows: readonly ImageMember[]): readonly ImageMember[] {
  const latest = new Map<string, ImageMember>();
  for (const row of rows) {
    const known = latest.get(row.memberId);
    if (known === undefined || row.updatedAt > known.updatedAt) latest.set(row.memberId, row);
  }
  return latest.size === rows.length ? rows : [...latest.values()];
}

/** Whether a read failed because its response is too large: a part of it may be available. */
export function isTooLarge(error: unknown): error is UpstreamError & { readonly cause: TooLargeAnswer } {
  return error instanceof UpstreamError && error.cause instanceof TooLargeAnswer;
}

/** The error for a response that could not be parsed. */
export function notUnderstood({ name }: Service, call: Call, why: string, cause: unknown): UpstreamError {
  return new UpstreamError(
    'UPSTREAM_INVALID_RESPONSE',
    `Could not ${call.doing}: the response of ${name} is invalid: ${why}.`,
    { outcome: call.method === 'GET' ? undefined : 'UNKNOWN', cause },
  );
}
