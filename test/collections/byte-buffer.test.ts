import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ByteBuffer } from '../../src/collections/byte-buffer.ts';
import { readJson } from '../../src/http/body.ts';
import { attempt } from '../../src/upstream/attempt.ts';
import { collectGarbage } from '../support/garbage.ts';
import { createSilentPool } from '../support/transport.ts';

it('returns the same bytes, however they were split into chunks', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 20 })), (chunks) => {
      const bytes = new ByteBuffer();
      const copies = chunks.map((chunk) => Buffer.from(chunk));
      for (const chunk of copies) bytes.add(chunk);
      const whole = Buffer.concat(chunks);
      expect(bytes.size).toBe(whole.length);
      expect(bytes.take().equals(whole)).toBe(true);
      expect(copies.every((copy, index) => copy.equals(chunks[index] ?? Buffer.alloc(0)))).toBe(true);
    }),
  );
});

/** Heap growth in megabytes while the chunks are held. */
function heldMegabytes(receive: (chunk: Buffer) => void): number {
  collectGarbage();
  const before = process.memoryUsage();
  for (let count = 0; count < 300_000; count++) receive(Buffer.from(' '));
  collectGarbage();
  const after = process.memoryUsage();
  return (after.heapUsed + after.external - before.heapUsed - before.external) / 1_000_000;
}

it('a request received byte by byte takes little more memory than its size', async () => {
  const request = Object.assign(new EventEmitter(), { headers: { 'content-type': 'application/json' } });
  const reception = { receive: () => null, release: () => {} };
  const read = readJson(request as unknown as IncomingMessage, 1_000_000, reception);
  expect(heldMegabytes((chunk) => request.emit('data', chunk))).toBeLessThan(5);
  request.emit('data', Buffer.from('1'));
  request.emit('end');
  expect(await read).toBe(1);
});

it('an upstream response received byte by byte takes little more memory than its size', async () => {
  const { pool, controller, handler } = createSilentPool();
  const request = { method: 'GET', path: '/', headers: [], body: null, maxBodyBytes: 1_000_000 } as const;
  const answer = attempt(pool, { ...request, headers: [] }, () => {});
  handler()?.onResponseStart?.(controller, 200, {}, 'OK');
  expect(heldMegabytes((chunk) => handler()?.onResponseData?.(controller, chunk))).toBeLessThan(5);
  handler()?.onResponseEnd?.(controller, {});
  expect((await answer).body).toHaveLength(300_000);
});
