import type { IncomingMessage } from 'node:http';
import { expect, it, vi } from 'vitest';
import { createAdmission } from '../../src/http/admission.ts';
import { RequestError } from '../../src/http/body.ts';
import { Token } from '../../src/token.ts';

const token = new Token('a token');
/** A process that uses this share of its memory. */
const memoryAt = (percent: number) => ({
  read: () => ({ resident: percent, available: 100, heapUsed: 0, heapLimit: 100 }),
  collectGarbage: () => {},
});
/** A request that a proxy received from this address. */
const from = (address: string): IncomingMessage =>
  ({ headers: { 'x-forwarded-for': address }, socket: { remoteAddress: '192.0.2.9' } }) as never;

function create(settings: Partial<Parameters<typeof createAdmission>[0]> = {}, memoryPercent = 10) {
  const shed: string[] = [];
  const admission = createAdmission(
    {
      maxConcurrentOperations: 128,
      maxEventLoopDelayMs: 60_000,
      maxMemoryPercent: 90,
      maxReceivingBytes: 50_000,
      rateLimitPerToken: 0,
      rateLimitPerAddress: 0,
      trustProxy: false,
      ...settings,
    },
    memoryAt(memoryPercent),
    (reason) => shed.push(reason),
  );
  return { ...admission, shed };
}

it('admits no more concurrent operations than the setting says, in all and for one token', () => {
  const { gate, load, shed } = create({ maxConcurrentOperations: 2 });
  gate.begin(token);
  expect(load.running).toBe(1);
  expect(() => gate.begin(token)).toThrow(RequestError);
  gate.begin(new Token('another'));
  expect(gate.shed()).toMatchObject({ code: 'OVERLOADED' });
  gate.end(token);
  expect(gate.shed()).toBeNull();
  expect(shed).toEqual(['share of token', 'concurrency']);
});

it('admits nothing while memory is short', () => {
  expect(create({}, 89).gate.shed()).toBeNull();
  const { gate, shed } = create({}, 91);
  expect(gate.shed()).toMatchObject({ code: 'OVERLOADED' });
  expect(shed).toEqual(['memory']);
});

it('receives no more bytes than the setting says', () => {
  const { gate, shed } = create();
  expect(gate.receive(50_000, 50_000)).toBeNull();
  expect(gate.receive(1, 20_000)).toBeInstanceOf(RequestError);
  expect(shed).toEqual(['bodies']);
});

it.each(['token', 'address'])('limits the rate of a %s by a clock that goes on', (what) => {
  const setting = what === 'token' ? 'rateLimitPerToken' : 'rateLimitPerAddress';
  const clock = vi.spyOn(performance, 'now').mockReturnValue(1_000);
  const { gate, shed } = create({ [setting]: 1 });
  const admit = (): void => gate.admit(from('192.0.2.1'), token);
  expect(() => {
    for (let sent = 0; sent < 10; sent++) admit();
  }).toThrow(RequestError);
  clock.mockReturnValue(61_000);
  admit();
  expect(shed).toEqual([`rate of ${what}`]);
});

it.each([true, false])('tells callers of one proxy apart if it is trusted: %j', (trustProxy) => {
  const { gate } = create({ rateLimitPerAddress: 1, trustProxy });
  const exhaust = (): void => {
    for (let sent = 0; sent < 10; sent++) gate.admit(from('192.0.2.1'), token);
  };
  expect(exhaust).toThrow(RequestError);
  const other = (): void => gate.admit(from('192.0.2.2'), token);
  if (trustProxy) other();
  else expect(other).toThrow(RequestError);
});
