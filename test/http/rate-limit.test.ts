import { expect, it } from 'vitest';
import { readAddressKey } from '../../src/http/address.ts';
import { RateLimit } from '../../src/http/rate-limit.ts';

function keyOf(remoteAddress: string, forwarded: string | undefined, trustProxy: boolean): string {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  return readAddressKey({ socket: { remoteAddress }, headers } as Parameters<typeof readAddressKey>[0], trustProxy);
}

it.each([
  ['the address of the connection', '192.0.2.1', undefined, '192.0.2.1'],
  ['the same within IPv6', '::ffff:192.0.2.1', undefined, '192.0.2.1'],
  ['a network of 64 bits with IPv6', '2001:db8:1:2:aaaa:bbbb:cccc:dddd', undefined, '2001:db8:1:2'],
  ['the same network, written shorter', '2001:0db8:1:2::1', undefined, '2001:db8:1:2'],
  ['a network that begins with zeros', '::1', undefined, '0:0:0:0'],
])('a caller is identified by %s', (_who, address, forwarded, key) => {
  expect(keyOf(address, forwarded, false)).toBe(key);
  expect(keyOf(address, forwarded, true)).toBe(key);
});

it('behind a trusted proxy, a caller is identified by the last forwarded address', () => {
  expect(keyOf('127.0.0.1', '198.51.100.7, 192.0.2.1', true)).toBe('192.0.2.1');
  expect(keyOf('127.0.0.1', '192.0.2.1, 2001:db8:1:2::9', true)).toBe('2001:db8:1:2');
  expect(keyOf('127.0.0.1', '', true)).toBe('127.0.0.1');
});

it('without a trusted proxy, forwarded addresses are ignored', () => {
  expect(keyOf('127.0.0.1', '192.0.2.1', false)).toBe('127.0.0.1');
});

it('each key has a rate per second and a burst of twice the rate, and is told when to retry', () => {
  let now = 0;
  const limit = new RateLimit(2, () => now);
  expect([1, 2, 3, 4, 5].map(() => limit.take('a'))).toEqual([0, 0, 0, 0, 1]);
  expect(limit.take('b')).toBe(0);
  now = 500;
  expect([limit.take('a'), limit.take('a')]).toEqual([0, 1]);
  now = 60_000;
  expect([1, 2, 3, 4, 5].map(() => limit.take('a'))).toEqual([0, 0, 0, 0, 1]);
});

it('only a limited number of keys is kept, the most recent ones', () => {
  const limit = new RateLimit(1, () => 0);
  for (const key of ['first', 'second']) for (let took = 0; took < 2; took++) limit.take(key);
  for (let number = 0; number < 9_999; number++) limit.take(`other ${number}`);
  expect(limit.take('second')).toBe(1);
  expect(limit.take('first')).toBe(0);
});

it('a key that is used again is among the most recent ones', () => {
  const limit = new RateLimit(1, () => 0);
  for (const key of ['first', 'second', 'first']) limit.take(key);
  for (let number = 0; number < 9_999; number++) limit.take(`other ${number}`);
  expect(limit.take('first')).toBe(1);
});

it('the wait is that for what is missing of a whole request', () => {
  let now = 0;
  const limit = new RateLimit(1, () => now);
  expect([limit.take('a'), limit.take('a')]).toEqual([0, 0]);
  now = 500;
  expect(limit.take('a')).toBe(1);
});
