import { UpstreamError } from '../errors.ts';
import { TooLargeAnswer } from './attempt.ts';
import type { ImageMember } from './model.ts';
import type { Call } from './transport.ts';
import { WireError } from './wire.ts';

/** Rows of a list, and an error for each row that could not be understood. */
export interface Rows<T> {
  readonly rows: readonly T[];
  readonly errors: readonly UpstreamError[];
}

/**
 * Parses the body of an answer to a call. A byte order mark before JSON may be ignored (RFC 8259 §8.1).
 *
 * @throws UpstreamError `UPSTREAM_INVALID_RESPONSE` where the body is not JSON, or not of the shape that `parse` expects.
 */
export function parseBody<T>(call: Call, body: string, parse: (json: unknown) => T): T {
  let json: unknown;
  try {
    json = JSON.parse(body.startsWith('\uFEFF') ? body.slice(1) : body);
  } catch {
    // What the parser says of it quotes upstream, so it is no cause to keep.
    throw notUnderstood(call, 'it is no JSON', undefined);
  }
  try {
    return parse(json);
  } catch (error) {
    if (error instanceof WireError) throw notUnderstood(call, error.message, error);
    throw error;
  }
}

/** Parses one row of a list. @returns why it is left out, where it cannot be understood. */
export function parseRow<T>(call: Call, row: unknown, parse: (row: unknown) => T): T | UpstreamError {
  try {
    return parse(row);
  } catch (error) {
    if (error instanceof WireError) return notUnderstood(call, `a row was left out, because ${error.message}`, error);
    throw error;
  }
}

/** Tells rows from errors. */
export function toRows<T>(parsed: readonly (T | UpstreamError)[]): Rows<T> {
  const rows: T[] = [];
  const errors: UpstreamError[] = [];
  for (const row of parsed) {
    if (row instanceof UpstreamError) errors.push(row);
    else rows.push(row);
  }
  return { rows, errors };
}

/**
 * Glance may hold a member more than once, after several `POST`s at the same moment. The row that was changed last tells
 * what the member decided last.
 */
export function onePerMember(rows: readonly ImageMember[]): readonly ImageMember[] {
  const latest = new Map<string, ImageMember>();
  for (const row of rows) {
    const known = latest.get(row.memberId);
    if (known === undefined || row.updatedAt > known.updatedAt) latest.set(row.memberId, row);
  }
  return latest.size === rows.length ? rows : [...latest.values()];
}

/** Whether a read failed because its answer is larger than is accepted: a part of it may be had. */
export function isTooLarge(error: unknown): error is UpstreamError & { readonly cause: TooLargeAnswer } {
  return error instanceof UpstreamError && error.cause instanceof TooLargeAnswer;
}

/** The error for an answer that came, and cannot be understood. */
export function notUnderstood(call: Call, why: string, cause: unknown): UpstreamError {
  return new UpstreamError(
    'UPSTREAM_INVALID_RESPONSE',
    `Could not ${call.doing} as asked: the answer of the Images API cannot be understood: ${why}.`,
    { outcome: call.method === 'GET' ? undefined : 'UNKNOWN', cause },
  );
}
