import { expect, it } from 'vitest';
import { GatewayError } from '../../src/errors.ts';
import { readToken } from '../../src/http/token.ts';
import { Token } from '../../src/token.ts';

type Headers = Readonly<Record<string, string[]>>;

function toHeaders(headers: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function read(headers: Headers): string | undefined {
  // Node joins repeated headers like this.
  const joined = { 'x-auth-token': headers['x-auth-token']?.join(', '), authorization: headers['authorization']?.[0] };
  const token = readToken({ headersDistinct: { ...headers }, headers: toHeaders(joined) });
  if (token instanceof Token) return token.reveal();
  expect(token).toBeInstanceOf(GatewayError);
  expect(token.code).toBe('UNAUTHENTICATED');
  for (const value of Object.values(headers).flat()) if (value) expect(token.message).not.toContain(value);
  return undefined;
}

it.each<readonly [Headers, string]>([
  [{ 'x-auth-token': ['gAAAA-_='] }, 'gAAAA-_='],
  [{ 'x-auth-token': ['with space, é and "quotes"'] }, 'with space, é and "quotes"'],
  [{ authorization: ['Bearer gAAAA-_='] }, 'gAAAA-_='],
  [{ authorization: ['bearer   gAAAA'] }, 'gAAAA'],
  [{ authorization: ['BEARER é'] }, 'é'],
  [{ 'x-auth-token': ['a'], authorization: ['Bearer a'] }, 'a'],
  [{ 'x-auth-token': [''], authorization: ['Bearer a'] }, 'a'],
  [{ 'x-auth-token': ['a'], authorization: [''] }, 'a'],
])('%j has the token %s', (headers, token) => {
  expect(read(headers)).toBe(token);
});

it.each<readonly [Headers]>([
  [{}],
  [{ 'x-auth-token': [''] }],
  [{ 'x-auth-token': ['canary', 'canary'] }],
  [{ 'x-auth-token': ['canary', 'other'] }],
  [{ authorization: ['Bearer canary', 'Bearer canary'] }],
  [{ 'x-auth-token': ['canary'], authorization: ['Bearer other'] }],
  [{ 'x-auth-token': ['canary'], authorization: ['Bearer CANARY'] }],
  [{ 'x-auth-token': ['canary'], authorization: ['Basic Y2FuYXJ5'] }],
  [{ authorization: ['Basic Y2FuYXJ5'] }],
  [{ authorization: ['Bearer'] }],
  [{ authorization: ['Bearer '] }],
  [{ authorization: ['Bearercanary'] }],
  [{ authorization: ['Bearer canary other'] }],
  [{ authorization: ['canary'] }],
])('%j has no valid token, and the error does not quote it', (headers) => {
  expect(read(headers)).toBeUndefined();
});

it.each<readonly [Headers]>([[{ authorization: ['Basic bearer canary'] }], [{ authorization: ['x Bearer canary'] }]])(
  '%j has no valid token: the scheme comes first',
  (headers) => {
    expect(read(headers)).toBeUndefined();
  },
);

it.each<readonly [string, Headers]>([
  ['more than once', { 'x-auth-token': ['a', 'b'] }],
  ['no bearer token', { authorization: ['Basic a'] }],
  ['different tokens', { 'x-auth-token': ['a'], authorization: ['Bearer b'] }],
  ['No token was sent', {}],
])('the caller is told of %s', (words, headers) => {
  const token = readToken({ headersDistinct: { ...headers }, headers: {} });
  expect(token).toMatchObject({ code: 'UNAUTHENTICATED', message: expect.stringContaining(words) });
});

it('a single X-Auth-Token is read without the headers that Node collects slowly', () => {
  const request = {
    headers: { 'x-auth-token': 'a' },
    get headersDistinct() {
      return expect.fail('the distinct headers were read');
    },
  };
  expect(readToken(request)).toMatchObject({ id: new Token('a').id });
});

it('is the same object for as long as a connection sends the same token, and never that of another connection', () => {
  const [socket, other] = [{}, {}];
  const readFrom = (from: object | undefined, token: string): Token => {
    const headers = { 'x-auth-token': token };
    const found = readToken({ headers, headersDistinct: { 'x-auth-token': [token] }, ...(from && { socket: from }) });
    if (found instanceof GatewayError) throw found;
    return found;
  };
  const first = readFrom(socket, 'a');
  expect(readFrom(socket, 'a')).toBe(first);
  expect([readFrom(other, 'a') === first, readFrom(undefined, 'a') === first]).toEqual([false, false]);
  expect(readFrom(socket, 'b').reveal()).toBe('b');
  expect([readFrom(socket, 'a').reveal(), readFrom(socket, 'a').id]).toEqual(['a', first.id]);
});
