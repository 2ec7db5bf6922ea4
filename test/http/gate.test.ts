import { expect, it } from 'vitest';
import { GatewayError } from '../../src/errors.ts';
import { RequestError } from '../../src/http/body.ts';
import { createGate, type GateOptions } from '../../src/http/gate.ts';
import { Token } from '../../src/token.ts';

/** A gate that admits 4 concurrent operations, and therefore 3 with one token. */
function create(options: Partial<GateOptions> = {}) {
  const counts = { running: 0, shed: [] as string[] };
  const gate = createGate({
    load: { overloaded: null, begin: () => counts.running++, end: () => counts.running-- },
    perToken: 0,
    perAddress: 0,
    trustProxy: false,
    maxConcurrent: 4,
    maxReceivingBytes: 1_000_000,
    onShed: (reason) => counts.shed.push(reason),
    now: () => 0,
    ...options,
  });
  return { gate, counts };
}

const [one, other] = [new Token('one'), new Token('other')];
const none = new GatewayError('UNAUTHENTICATED', 'none');

it.each([
  ['with one token', one],
  ['without a token', none],
])('each operation that ends makes room for exactly one more: operations %s', (_what, token) => {
  const { gate, counts } = create();
  const begin = () => gate.begin(token);
  for (let operation = 0; operation < 3; operation++) begin();
  for (let round = 0; round < 5; round++) {
    expect(begin).toThrow(RequestError);
    gate.end(token);
    begin();
  }
  expect(begin).toThrow(RequestError);
  expect(counts).toEqual({ running: 3, shed: Array(6).fill('share of token') });
});

it('operations with one token do not take the room of another', () => {
  const { gate } = create();
  for (let operation = 0; operation < 3; operation++) gate.begin(one);
  gate.begin(other);
  gate.end(other);
  expect(() => gate.begin(one)).toThrow(RequestError);
  gate.begin(none);
});

it('a token has all its room again once its operations have ended', () => {
  const { gate, counts } = create();
  for (let round = 0; round < 3; round++) {
    for (let operation = 0; operation < 3; operation++) gate.begin(one);
    for (let operation = 0; operation < 3; operation++) gate.end(one);
  }
  expect(counts).toEqual({ running: 0, shed: [] });
});

it('counts the bytes of bodies that are being received, and refuses large ones beyond the limit', () => {
  const { gate, counts } = create({ maxReceivingBytes: 100_000 });
  expect(gate.receive(60_000, 60_000)).toBeNull();
  expect(gate.receivingBytes).toBe(60_000);
  expect(gate.receive(50_000, 50_000)).toMatchObject({ code: 'OVERLOADED', details: { status: 503, retryAfter: 1 } });
  expect(gate.receive(16_384, 16_384)).toBeNull();
  gate.release(60_000);
  expect(gate.receivingBytes).toBe(16_384);
  expect(gate.receive(50_000, 50_000)).toBeNull();
  expect(counts.shed).toEqual(['bodies']);
});
