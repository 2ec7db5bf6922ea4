import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../src/errors.ts';
import { Token } from '../../src/token.ts';
import type { AttemptAnswer } from '../../src/upstream/attempt.ts';
import type { Call, Service } from '../../src/upstream/call.ts';
import { isSuccess, toUpstreamError } from '../../src/upstream/status.ts';

const service: Service = {
  name: 'the Test API',
  label: 'images',
  tokenAdvice: 'Get another token.',
  notFound: 'there is no such thing.',
  addressSetting: 'TEST_API_URL',
};
const read: Call = { operation: 'getImage', doing: 'read it', method: 'GET', path: '/images/1' };

function toError(call: Partial<Call>, answer: Partial<AttemptAnswer>) {
  const whole = { status: 500, headers: {}, body: '', ...answer };
  return toUpstreamError(service, { ...read, ...call }, whole, new Token('canary'));
}

it.each([
  [199, false],
  [200, true],
  [201, true],
  [202, false],
  [204, true],
  [299, true],
  [300, false],
  [404, false],
])('%i is a success: %s', (status, success) => {
  expect(isSuccess(status)).toBe(success);
});

it.each<readonly [number, ErrorCode, string]>([
  [400, 'BAD_USER_INPUT', 'the Test API rejected a value. Check the arguments.'],
  [401, 'UNAUTHENTICATED', 'the Test API did not accept the token. Get another token.'],
  [403, 'FORBIDDEN', 'the Test API does not allow this token to do that.'],
  [404, 'BAD_USER_INPUT', 'there is no such thing.'],
  [409, 'BAD_USER_INPUT', 'it conflicts with existing data. Query that again before you retry.'],
  [413, 'RATE_LIMITED', 'the Test API limits the rate of requests. Wait, then try again.'],
  [414, 'BAD_USER_INPUT', 'the values are too long for one request to the Test API. Shorten them.'],
  [429, 'RATE_LIMITED', 'the Test API limits the rate of requests. Wait, then try again.'],
  [500, 'UPSTREAM_UNAVAILABLE', 'the Test API failed. Try again later.'],
  [502, 'UPSTREAM_UNAVAILABLE', 'a proxy in front of the Test API cannot reach it. Try again later.'],
  [503, 'UPSTREAM_UNAVAILABLE', 'the Test API is temporarily unavailable. Try again later.'],
  [504, 'UPSTREAM_UNAVAILABLE', 'a proxy in front of the Test API timed out. Try again later.'],
  [202, 'UPSTREAM_INVALID_RESPONSE', 'the Test API answered with the unexpected HTTP status 202.'],
  [299, 'UPSTREAM_INVALID_RESPONSE', 'the Test API answered with the unexpected HTTP status 299.'],
  [418, 'UPSTREAM_INVALID_RESPONSE', 'the Test API answered with the unexpected HTTP status 418.'],
  [400.5, 'UPSTREAM_INVALID_RESPONSE', 'the Test API answered with the unexpected HTTP status 400.5.'],
])('a read answered with %i is %s: %s', (status, code, why) => {
  const error = toError({}, { status });
  expect(error).toMatchObject({ code, status, message: `Could not read it: ${why}` });
  expect(error.details.outcome).toBeUndefined();
});

describe('an address that may be wrong', () => {
  const hint = 'Check TEST_API_URL: it may hold a wrong address.';

  it.each([
    ['/images/1', 300],
    ['/images/1', 302],
    ['/images/1', 399],
    ['/images', 404],
    ['/images?limit=1', 404],
  ])('is mentioned where %s is answered with %i', (path, status) => {
    const error = toError({ path }, { status });
    expect(error).toMatchObject({ code: 'UPSTREAM_INVALID_RESPONSE', message: expect.stringContaining(hint) });
  });

  it.each([
    ['/images/1', 299],
    ['/images/1', 404],
    ['/images', 418],
    ['/imagesque', 404],
    ['/v2/images', 404],
  ])('is not where %s is answered with %i', (path, status) => {
    expect(toError({ path }, { status }).message).not.toContain(hint);
  });
});

it.each<readonly [Call['method'], number, string | undefined]>([
  ['GET', 500, undefined],
  ['PUT', 500, 'UNKNOWN'],
  ['DELETE', 599, 'UNKNOWN'],
  ['POST', 202, 'UNKNOWN'],
  ['POST', 399, 'UNKNOWN'],
  ['POST', 400, undefined],
  ['PATCH', 499, undefined],
])('after %s and %i, the outcome is %s', (method, status, outcome) => {
  expect(toError({ method }, { status }).details.outcome).toBe(outcome);
});

it.each<readonly [Call['method'], number, Record<string, string>, ErrorCode]>([
  ['POST', 413, {}, 'BAD_USER_INPUT'],
  ['PATCH', 413, {}, 'BAD_USER_INPUT'],
  ['PUT', 413, {}, 'RATE_LIMITED'],
  ['GET', 413, {}, 'RATE_LIMITED'],
  ['POST', 413, { 'retry-after': '1' }, 'RATE_LIMITED'],
  ['POST', 429, {}, 'RATE_LIMITED'],
])('%s answered with %i and %j is %s: only a full quota is about the input', (method, status, headers, code) => {
  const error = toError({ method }, { status, headers });
  expect(error.code).toBe(code);
  expect(error.message.includes('a quota of the cloud is used up. Remove something first.')).toBe(
    code === 'BAD_USER_INPUT',
  );
});

describe('Retry-After', () => {
  const readRetryAfter = (value: string | string[] | undefined) =>
    toError({}, { headers: { 'retry-after': value } }).details.retryAfter;

  it.each([
    ['0', 0],
    ['120', 120],
    ['999999999', 999_999_999],
    ['1000000000', undefined],
    ['1.5', undefined],
    ['-1', undefined],
    ['5 seconds', undefined],
    ['x5', undefined],
    ['', undefined],
    ['2030-01-01', undefined],
    ['1 Tue, 01 Jan 2030 00:00:00 GMT', undefined],
    ['Sunday, when it suits', undefined],
    ['(after) Sunday, 06 Nov 2050 00:00:00 GMT', undefined],
    [['5'], undefined],
    [['1', '2'], undefined],
    [undefined, undefined],
  ])('%j is %s', (value, seconds) => {
    expect(readRetryAfter(value)).toBe(seconds);
  });

  it('as a date is the number of seconds until then, and 0 if it has passed', () => {
    expect(readRetryAfter('Thu, 01 Jan 1970 00:00:00 GMT')).toBe(0);
    expect(readRetryAfter(new Date(Date.now() + 90_000).toUTCString())).toBeOneOf([89, 90]);
    expect(readRetryAfter('Sunday, 06-Nov-94 08:49:37 GMT')).toBe(0);
    expect(readRetryAfter('Sun Nov  6 08:49:37 1994')).toBe(0);
  });
});

it.each([
  ['req-0a.B_', 'req-0a.B_'],
  ['a'.repeat(64), 'a'.repeat(64)],
  ['a'.repeat(65), undefined],
  ['', undefined],
  ['two words', undefined],
  [' req', undefined],
  ['req-canary-1', undefined],
  [['req-1', 'req-2'], undefined],
  [undefined, undefined],
])('the request id %j is kept as %s', (sent, kept) => {
  const error = toError({}, { headers: { 'x-openstack-request-id': sent } });
  expect(error.details.upstreamRequestId).toBe(kept);
});

it('the first 2,000 characters of the body tell one refusal from another, and are not shown', () => {
  const error = toError({}, { body: `${'x'.repeat(1_995)}words and more` });
  expect([error.says('words'), error.says('words ')]).toEqual([true, false]);
  expect(JSON.stringify([error.message, error.extensions, error])).not.toContain('words');
});
