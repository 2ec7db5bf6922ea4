import { type ErrorCode, UpstreamError } from '../errors.ts';
import type { Token } from '../token.ts';
import type { AttemptAnswer } from './attempt.ts';
import type { Call, Service } from './call.ts';

/** A code, and the end of a sentence. */
type Meaning = readonly [ErrorCode, (service: Service) => string];

const tooManyRequests: Meaning = [
  'RATE_LIMITED',
  ({ name }) => `${name} accepts no more requests at the moment. Wait, then try again.`,
];

/** What a status says to a client, where it does not mean success. */
const statuses: Readonly<Record<number, Meaning>> = {
  400: ['BAD_USER_INPUT', ({ name }) => `${name} does not accept a value.`],
  401: ['UNAUTHENTICATED', ({ name, tokenAdvice }) => `${name} did not accept the token. ${tokenAdvice}`],
  403: ['FORBIDDEN', ({ name }) => `${name} does not allow this token to do that.`],
  404: ['BAD_USER_INPUT', ({ notFound }) => notFound],
  409: ['BAD_USER_INPUT', () => 'it conflicts with what is there already.'],
  413: tooManyRequests,
  414: ['BAD_USER_INPUT', ({ name }) => `the values are too long for one request to ${name}.`],
  429: tooManyRequests,
  500: ['UPSTREAM_UNAVAILABLE', ({ name }) => `${name} failed.`],
  502: ['UPSTREAM_UNAVAILABLE', ({ name }) => `what stands before ${name} cannot reach it.`],
  503: ['UPSTREAM_UNAVAILABLE', ({ name }) => `${name} is out of service at the moment.`],
  504: ['UPSTREAM_UNAVAILABLE', ({ name }) => `what stands before ${name} got no answer from it in time.`],
};

/** Whether upstream did what it was asked for. With 202 it only promises that. */
export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300 && status !== 202;
}

/** Upstream's words are kept for recognition only; refusals are a few hundred characters. */
const maxWords = 2_000;

/** The error for an answer whose status does not mean success. Upstream may echo the token that it was sent. */
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
  const hint = isHinted ? ` The gateway may be set up with a wrong address (${addressSetting}).` : '';
  return `${name} answered with the unexpected HTTP status ${status}.${hint}`;
}

/** Whether there is no list of images at all: the Images API always has one, though it may be empty. */
function isWrongAddress({ path }: Call, status: number): boolean {
  return status === 404 && /^\/images(?:\?|$)/.test(path);
}

const full: Meaning = ['BAD_USER_INPUT', () => 'a limit of the cloud is reached.'];

/**
 * Whether 413 is about what an image can hold, as it is to a `POST`. To anything else, or with `Retry-After`, it is a
 * rate limit: so say the limiters of older releases, and those before an Images API.
 */
function isFull({ method }: Call, { status, headers }: AttemptAnswer): boolean {
  return status === 413 && method === 'POST' && headers['retry-after'] === undefined;
}

/** `Retry-After` in seconds, from a number or a date (RFC 9110 §10.2.3); undefined where it is neither. */
function parseRetryAfter(value: string | string[] | undefined): number | undefined {
  if (typeof value !== 'string') return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value);
  // Date.parse takes nearly anything for a date, "1.5" and "-1" among it; a date of HTTP begins with its weekday.
  const seconds = /^[A-Z][a-z]{2,8},? /.test(value) ? Math.ceil((Date.parse(value) - Date.now()) / 1000) : Number.NaN;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}

/** Upstream's request id, if it is one: a header can hold anything, the token too. */
function parseRequestId(value: string | string[] | undefined, token: Token): string | undefined {
  const isId = typeof value === 'string' && /^[\w.-]{1,64}$/.test(value) && !value.includes(token.reveal());
  return isId ? value : undefined;
}
