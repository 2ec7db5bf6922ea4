import { describe, expect, it } from 'vitest';
import { errorKinds, GatewayError, isOursToFix, toErrorBody, UpstreamError } from '../src/errors.ts';

/** The codes whose kind has this property. */
function codesThat(property: 'fromGraphQL' | 'revealsSchema' | 'retryable'): string[] {
  return Object.entries(errorKinds).flatMap(([code, kind]) => (kind[property] ? [code] : []));
}

describe('an error code', () => {
  it('is answered with 200 as application/json only if GraphQL itself refuses the request', () => {
    expect(codesThat('fromGraphQL')).toEqual([
      'BAD_USER_INPUT',
      'GRAPHQL_PARSE_FAILED',
      'GRAPHQL_VALIDATION_FAILED',
      'OPERATION_RESOLUTION_FAILURE',
    ]);
  });

  it('has masked messages only if they reveal the schema', () => {
    expect(codesThat('revealsSchema')).toEqual(['BAD_USER_INPUT', 'GRAPHQL_VALIDATION_FAILED']);
  });

  it('invites a retry only if the same request may succeed', () => {
    expect(codesThat('retryable')).toEqual([
      'RATE_LIMITED',
      'UPSTREAM_TIMEOUT',
      'UPSTREAM_UNAVAILABLE',
      'PERSISTED_QUERY_NOT_FOUND',
      'OVERLOADED',
      'SUBSCRIPTION_ENDED',
    ]);
  });
});

it.each<readonly [boolean, readonly string[]]>([
  [false, []],
  [false, ['FORBIDDEN', 'BAD_USER_INPUT', 'LIMIT_EXCEEDED']],
  [true, ['FORBIDDEN', 'UPSTREAM_TIMEOUT']],
  [true, ['UPSTREAM_INVALID_RESPONSE', 'FORBIDDEN']],
  [true, ['OVERLOADED']],
  [true, ['INTERNAL_SERVER_ERROR']],
  [true, ['UNKNOWN_CODE']],
])('it is %j that an operation with the codes %j failed through no fault of its caller', (expected, codes) => {
  expect(isOursToFix(codes)).toBe(expected);
});

describe('an error of the gateway', () => {
  it('shows its code, and of its details those that there are', () => {
    expect(new GatewayError('FORBIDDEN', 'no').extensions).toStrictEqual({ code: 'FORBIDDEN' });
    expect(new GatewayError('FORBIDDEN', 'no', { status: 405, allow: 'GET' }).extensions).toStrictEqual({
      code: 'FORBIDDEN',
    });
    const limit = { name: 'MAX_DEPTH', allowed: 3, found: 4 };
    const all = { retryAfter: 0, upstreamRequestId: 'req-1', outcome: 'UNKNOWN', limit } as const;
    expect(new GatewayError('LIMIT_EXCEEDED', 'no', all).extensions).toStrictEqual({
      code: 'LIMIT_EXCEEDED',
      retryAfter: 0,
      upstreamRequestId: 'req-1',
      outcome: 'UNKNOWN',
      limit: 'MAX_DEPTH',
      allowed: 3,
      found: 4,
    });
  });

  it('has a name and a cause, but no stack trace, which would cost more than all the rest', () => {
    const cause = new Error('why');
    const error = new GatewayError('FORBIDDEN', 'no', {}, { cause });
    expect(error).toMatchObject({ name: 'GatewayError', message: 'no', cause });
    expect(error.stack).not.toContain('\n    at ');
    expect(new Error('a bug').stack).toContain('\n    at ');
  });
});

describe('an error of an upstream API', () => {
  it('keeps upstream’s status apart from that of the response to the caller', () => {
    const error = new UpstreamError('FORBIDDEN', 'no', { status: 409, retryAfter: 3, cause: 'why' });
    expect(error).toMatchObject({ name: 'UpstreamError', code: 'FORBIDDEN', message: 'no', status: 409, cause: 'why' });
    expect(error.details).toStrictEqual({ retryAfter: 3 });
    expect(new UpstreamError('FORBIDDEN', 'no')).toMatchObject({ status: undefined, details: {} });
  });

  it('recognises upstream’s words, and shows them nowhere', () => {
    const error = new UpstreamError('FORBIDDEN', 'no', { words: '<p>Attribute is secret</p>' });
    expect([error.says('is secret'), error.says('Is secret')]).toEqual([true, false]);
    expect(new UpstreamError('FORBIDDEN', 'no').says('e')).toBe(false);
    expect(JSON.stringify([error, error.details, error.extensions, error.message, error.stack])).not.toContain(
      'secret',
    );
  });
});

describe('the body of a response without data', () => {
  const errors = [{ message: 'a' }, { message: 'b', extensions: { code: 'FORBIDDEN' } }];

  it('has the request id in each error, and ends with a line break', () => {
    const body = toErrorBody(errors, 'req-1');
    expect(body.endsWith('}\n')).toBe(true);
    expect(JSON.parse(body)).toStrictEqual({
      errors: [
        { message: 'a', extensions: { requestId: 'req-1' } },
        { message: 'b', extensions: { code: 'FORBIDDEN', requestId: 'req-1' } },
      ],
    });
  });

  it('has null as its data if the operation was executed, and no id if there was no request', () => {
    expect(JSON.parse(toErrorBody([{ message: 'a' }], undefined, null))).toStrictEqual({
      errors: [{ message: 'a', extensions: {} }],
      data: null,
    });
  });
});
