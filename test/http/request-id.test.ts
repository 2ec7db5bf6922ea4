import { expect, it } from 'vitest';
import { readRequestId } from '../../src/http/request-id.ts';

it.each([
  [{ 'x-request-id': 'abc-1._2' }, 'abc-1._2'],
  [{ 'x-request-id': 'a'.repeat(64) }, 'a'.repeat(64)],
  [{ 'x-openstack-request-id': 'req-1' }, 'req-1'],
  [{ 'x-openstack-request-id': 'req-1', 'x-request-id': 'other' }, 'req-1'],
  [{ 'x-openstack-request-id': 'not plain', 'x-request-id': 'other' }, 'other'],
])('the request id of %j is kept', (headers, id) => {
  expect(readRequestId({ headers })).toBe(id);
});

it.each(['', 'a'.repeat(65), 'a b', 'a,b', 'a\tb', 'é', '<script>', 'a;b', 'a/b'])(
  'the request id %j is replaced',
  (id) => {
    const fresh = readRequestId({ headers: { 'x-request-id': id } });
    expect(fresh).toMatch(/^req-[0-9a-f-]{36}$/);
    expect(readRequestId({ headers: {} })).not.toBe(fresh);
  },
);
