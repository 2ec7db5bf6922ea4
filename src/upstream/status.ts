import { type ErrorCode, UpstreamError } from '../errors.ts';
import type { Token } from '../token.ts';
import type { AttemptAnswer } from './attempt.ts';
import type { Call, Service } from './call.ts';

/** An error code, and the end of the sentence "Could not …: …". */
type Meaning = readonly [ErrorCode, (service: Service) => string];

const tooManyRequests: Meaning = [
  'RATE_LIMITED',
  ({ name }) => `${name} limits the rate of requests. Wait, then try again.`,
];

/** The meaning of each error status for a client. */
const statuses: Readonly<Record<number, Meaning>> = {
  400: ['BAD_USER_INPUT', ({ name }) => `${name} rejected a value. Check the arguments.`],
  401: ['UNAUTHENTICATED', ({ name, tokenAdvice }) => `${name} did not accept the token. ${tokenAdvice}`],
  403: ['FORBIDDEN', ({ name }) => `${name} does not allow this token to do that.`],
  404: ['BAD_USER_INPUT', ({ notFound }) => notFound],
  409: ['BAD_USER_INPUT', () => 'it conflicts with existing data. Query that again before you retry.'],
  413: tooManyRequests,
  414: ['BAD_USER_INPUT', ({ name }) => `the values are too long for one request to ${name}. Shorten them.`],
  429: tooManyRequests,
  500: ['UPSTREAM_UNAVAILABLE', ({ name }) => `${name} failed. Try again later.`],
  502: ['UPSTREAM_UNAVAILABLE', ({ name }) => `a proxy in front of ${name} cannot reach it. Try again later.`],
  503: ['UPSTREAM_UNAVAILABLE', ({ name }) => `${name} is temporarily unavailable. Try again later.`],
  504: ['UPSTREAM_UNAVAILABLE', ({ name }) => `a proxy in front of ${name} timed out. Try again later.`],
};

/** Whether upstream carried out the request. 202 only promises that. */
export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300 && status !== 202;
}

/** Maximum length kept of upstream's error body, which only serves to recognise errors of a few hundred characters. */
const maxWords = 2_000;

/** The error for a response with an error status. Upstream may echo the token in any part of it. */
export function toUpstreamError(service: Service, call: Call, answer: AttemptAnswer, token: Token): UpstreamError {
  const { status } = answer;
  const [code, why] = toMeaning(call, answer);
  const fateUnknown = call.method !== 'GET' && (status >= 500 || status < 400);
  return new UpstreamError(code, `Could not ${call.doing}: ${why(service)}`, {
    status,
    words: answer.body.slice(0, maxWords),
    retryAfter: parseRetryAfter(answer.headers['retry-after']),
    upstreamRequestId: parseRequestId(answer.headers['x-openstack-request-id'], token),
    outcome: fateUnknown ? 'UNKNOWN' : undefined,
  });
}

function toMeaning(call: Call, answer: AttemptAnswer): Meaning {
  const { status } = answer;
  if (isFull(call, answer)) return full;
  const known = isWrongAddress(call, status) ? undefined : statuses[status];
  return known ?? ['UPSTREAM_INVALID_RESPONSE', (service) => describeUnexpected(service, call, status)];
}

function describeUnexpected({ name, addressSetting }: Service, call: Call, status: number): string {
  const isHinted = (status >= 300 && status < 400) || isWrongAddress(call, status);
  const hint = isHinted ? ` Check ${addressSetting}: it may hold a wrong address.` : '';
  return `${name} answered with the unexpected HTTP status ${status}.${hint}`;
}

/** Whether the list of images itself was not found: every Images API has one, even if it is empty. */
function isWrongAddress({ path }: Call, status: number): boolean {
  return status === 404 && /^\/images(?:\?|$)/.test(path);
}

const full: Meaning = ['BAD_USER_INPUT', () => 'a quota of the cloud is used up. Remove something first.'];

/**
 * Whether a 413 is about a quota, as it is for a `POST` or a `PATCH`. For other methods, or with `Retry-After`, it is a
 * rate limit: older releases and proxies in front of an Images API signal it that way.
 */
function isFull({ method }: Call, { status, headers }: AttemptAnswer): boolean {
  return status === 413 && (method === 'POST' || method === 'PATCH') && headers['retry-after'] === undefined;
}

/** `Retry-After` in seconds, from a number or a date (RFC 9110 §10.2.3); undefined if it is neither. */
function parseRetryAfter(value: string | string[] | undefined): number | undefined {
  if (typeof value !== 'string') return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value);
  // Date.parse accepts nearly anything, including "1.5" and "-1"; an HTTP date begins with its weekday.
  const seconds = /^[A-Z][a-z]{2,8},? /.test(value) ? Math.ceil((Date.parse(value) - Date.now()) / 1000) : Number.NaN;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}

/** Upstream's request id, if it is well-formed: a header can hold anything, even the token. */
function parseRequestId(value: string | string[] | undefined, token: Token): string | undefined {
  const isId = typeof value === 'string' && /^[\w.-]{1,64}$/.test(value) && !value.includes(token.reveal());
  return isId ? value : undefined;
}
