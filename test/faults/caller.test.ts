import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { callerTable } from './caller-table.ts';
import { healthy } from './fault-upstream.ts';
import { checkAnswer, start } from './harness.ts';

/** Sends the bytes with their pauses, and returns everything received until the connection is closed. */
async function send(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  socket.write(bytes.split('…', 1)[0] ?? '', 'latin1');
  return text(socket);
}

describe.each(callerTable)('$name', ({ bytes, status, code, calls, environment, withinMs = 1_000 }) => {
  it(`is answered with ${status ?? 'nothing'} and ${code ?? 'no error'}`, async () => {
    await using surroundings = await start((socket, request) => void socket.write(healthy(request)), environment);
    const { gateway, upstream } = surroundings;
    // Rate limits allow bursts of twice the rate.
    if (status === 429) await Promise.all([send(gateway.url, bytes), send(gateway.url, bytes)]);
    const before = upstream.received.length;
    const began = performance.now();
    const raw = await send(gateway.url, bytes);
    expect(performance.now() - began).toBeLessThan(withinMs);
    if (status === null) expect(raw).toBe('');
    else {
      const [head = '', ...body] = raw.split('\r\n\r\n');
      expect(Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1])).toBe(status);
      const { errors = [] } = checkAnswer(body.join('\r\n\r\n'), /^content-type: (.*)$/im.exec(head)?.[1] ?? null);
      expect(errors.map(({ extensions }) => extensions.code)).toEqual(code === null ? [] : [code]);
      if (status === 429 || status === 503) expect(head).toMatch(/^retry-after: \d+$/im);
    }
    expect(upstream.received.length - before).toBe(calls);
    await surroundings.check(raw);
  });
});
