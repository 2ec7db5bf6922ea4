import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
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

describe('the limit on bodies that are being received', () => {
  const maxReceivingBytes = 100_000;

  it('is the last byte that fits', () => {
    const { gate } = create({ maxReceivingBytes });
    expect(gate.receive(60_000, 100_000)).toBeNull();
    expect(gate.receive(40_000, 100_000)).toBeNull();
    expect(gate.receive(1, 100_000)).toMatchObject({ code: 'OVERLOADED', reason: 'bodies' });
    expect(gate.receivingBytes).toBe(100_000);
  });

  it('does not hold for bodies of up to 16 KiB', () => {
    const { gate, counts } = create({ maxReceivingBytes });
    gate.receive(100_000, 100_000);
    expect(gate.receive(16_384, 16_384)).toBeNull();
    expect(gate.receive(1, 16_385)).toBeInstanceOf(RequestError);
    expect(counts.shed).toEqual(['bodies']);
  });
});

describe('a process that is overloaded', () => {
  const load = { overloaded: 'memory', begin: () => expect.fail('begun'), end: () => {} } as const;

  it('sheds requests, and says when to try again', () => {
    const { gate, counts } = create({ load });
    expect(gate.shed()).toEqual({
      status: 503,
      code: 'OVERLOADED',
      message: expect.stringContaining('Try again later'),
      retryAfter: 1,
      reason: 'memory',
    });
    expect(counts.shed).toEqual(['memory']);
  });

  it('begins no operation whose body was received in the meantime', () => {
    const { gate, counts } = create({ load });
    expect(() => gate.begin(one)).toThrow(RequestError);
    expect(counts.shed).toEqual(['memory']);
  });

  it('is not counted while there is none', () => {
    const { gate, counts } = create();
    expect(gate.shed()).toBeNull();
    expect(counts.shed).toEqual([]);
  });
});

describe('rates', () => {
  function from(remoteAddress: string): IncomingMessage {
    return { socket: { remoteAddress }, headers: {} } as IncomingMessage;
  }

  /** The refusal of a request; null if it is admitted. */
  function admit(gate: ReturnType<typeof createGate>, address: string, token = one as Token | GatewayError) {
    try {
      gate.admit(from(address), token);
      return null;
    } catch (error) {
      if (error instanceof RequestError) return error;
      throw error;
    }
  }

  it('limit each address, whatever its tokens', () => {
    const { gate, counts } = create({ perAddress: 1 });
    expect([admit(gate, '192.0.2.1', one), admit(gate, '192.0.2.1', other)]).toEqual([null, null]);
    const refused = admit(gate, '192.0.2.1', none);
    expect(refused).toMatchObject({ code: 'RATE_LIMITED', details: { status: 429 }, reason: 'rate of address' });
    expect(refused?.message).toMatch(/this address\. Wait 1 s/);
    expect(refused?.details).toMatchObject({ retryAfter: 1 });
    expect(admit(gate, '192.0.2.2')).toBeNull();
    expect(counts.shed).toEqual(['rate of address']);
  });

  it('limit each token, whatever its addresses, and not callers without one', () => {
    const { gate, counts } = create({ perToken: 1 });
    expect([admit(gate, '192.0.2.1'), admit(gate, '192.0.2.2')]).toEqual([null, null]);
    const refused = admit(gate, '192.0.2.3');
    expect(refused).toMatchObject({ code: 'RATE_LIMITED', details: { status: 429 }, reason: 'rate of token' });
    expect(refused?.message).toContain('this token');
    for (let request = 0; request < 5; request++) expect(admit(gate, '192.0.2.1', none)).toBeNull();
    expect(admit(gate, '192.0.2.1', other)).toBeNull();
    expect(counts.shed).toEqual(['rate of token']);
  });

  it('are not limited by default', () => {
    const { gate } = create();
    for (let request = 0; request < 20; request++) expect(admit(gate, '192.0.2.1')).toBeNull();
  });
});
