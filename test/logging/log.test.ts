import { Writable } from 'node:stream';
import { expect, it, vi } from 'vitest';
import { createLog, createLogger } from '../../src/logging/log.ts';
import { maxLineBytes } from '../../src/logging/log-line.ts';

/** The line that logging this entry writes. */
function logged(entry: object, message = 'operation'): string {
  const lines: string[] = [];
  createLogger('info', 'iso', (line) => lines.push(line)).info(entry, message);
  expect(lines).toHaveLength(1);
  return lines[0] ?? '';
}

it('a short line is not changed', () => {
  const line = logged({ codes: ['BAD_USER_INPUT'], requestId: 'a' });
  expect(JSON.parse(line)).toMatchObject({
    level: 'info',
    codes: ['BAD_USER_INPUT'],
    requestId: 'a',
    msg: 'operation',
  });
  expect(line).not.toContain('cut');
});

it('with the format pino, times and levels are its own numbers', () => {
  const lines: string[] = [];
  createLogger('info', 'pino', (line) => lines.push(line)).warn('text');
  expect(JSON.parse(lines[0] ?? '')).toEqual({ level: 40, time: expect.any(Number), msg: 'text' });
});

it.each(['iso', 'pino'] as const)('with the format %s, a plain line is the one that pino writes', (format) => {
  vi.useFakeTimers({ now: 1_700_000_000_007 });
  try {
    const lines: string[] = [];
    const logger = createLogger('info', format, (line) => lines.push(line));
    for (const fields of [
      { type: 'query', name: undefined, codes: [], durationMs: 1.5, requestId: 'a' },
      {
        name: 'quotes " and \\, \u0001, \u4e16, \ud83d',
        codes: ['BAD_USER_INPUT'],
        durationMs: Number.NaN,
        isLast: true,
      },
      { name: 'n'.repeat(10_000) },
    ]) {
      logger.info(fields, 'operation');
      logger.plainInfo(fields, 'operation');
      vi.advanceTimersByTime(1);
    }
    expect(lines.map((_line, index) => lines[index - (index % 2)])).toEqual(lines);
    expect(lines).toHaveLength(6);
  } finally {
    vi.useRealTimers();
  }
});

it.each(['warn', 'silent'])('with the level %s, a plain line is not written', (level) => {
  const write = vi.fn();
  createLogger(level, 'iso', write).plainInfo({ type: 'query' }, 'operation');
  expect(write).not.toHaveBeenCalled();
});

it.each<{ readonly what: string; readonly entry: object; readonly message?: string }>([
  { what: 'many codes', entry: { codes: Array(100_000).fill('BAD_USER_INPUT') } },
  { what: 'a long name', entry: { name: 'n'.repeat(100_000) } },
  { what: 'a long name of three-byte characters', entry: { name: '\u4e16'.repeat(1_400) } },
  { what: 'a name of emoji', entry: { name: '\u{1f600}'.repeat(100_000) } },
  { what: 'lone surrogates', entry: { name: '\ud83d'.repeat(100_000) } },
  { what: 'control characters', entry: { name: '\u0001'.repeat(10_000) } },
  { what: 'a long message', entry: {}, message: 'm'.repeat(100_000) },
  {
    what: 'an error with a long message, stack and cause',
    entry: { err: new Error('e'.repeat(10_000), { cause: new Error('c'.repeat(10_000)) }) },
  },
  {
    what: 'many fields',
    entry: Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`field${index}`, index])),
  },
  { what: 'long field names', entry: { ['f'.repeat(10_000)]: 1 } },
  { what: 'lists in lists', entry: { list: Array(30).fill(Array(30).fill(Array(30).fill('text'))) } },
  { what: 'deep nesting', entry: JSON.parse(`${'{"a":'.repeat(2_000)}1${'}'.repeat(2_000)}`) },
])('a long line is cut to 4 kB, remains JSON and says that it was cut: $what', ({ entry, message }) => {
  const line = logged({ ...entry, requestId: 'the-id' }, message);
  expect(Buffer.byteLength(line)).toBeLessThanOrEqual(maxLineBytes);
  expect(line.endsWith('\n')).toBe(true);
  const parsed = JSON.parse(line) as Record<string, unknown>;
  expect(parsed).toMatchObject({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    requestId: 'the-id',
    cut: true,
  });
  expect(parsed['msg']).toMatch(/^(?:operation$|mmm)/);
});

/** A stream that accepts writes while `failure` is null, and with `stuck` never confirms them. */
class Output extends Writable {
  failure: Error | null = null;
  stuck = false;
  written = '';

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    if (this.stuck) return;
    if (this.failure === null) this.written += String(chunk);
    done(this.failure);
  }

  // Like standard streams, which stay usable after an error.
  override _destroy(_error: Error | null, done: () => void): void {
    done();
  }
}

it('lines are written in batches, in order, and completely on exit', async () => {
  const output = new Output();
  const log = createLog('info', 'iso', output);
  for (let index = 0; index < 1_000; index++) log.logger.info({ index }, 'line');
  await log.end(1_000);
  const indices = output.written
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { index: number }).index);
  expect(indices).toEqual(Array.from({ length: 1_000 }, (_, index) => index));
});

it('buffered lines are written when the process exits', () => {
  const output = new Output();
  const log = createLog('info', 'iso', output);
  log.logger.info('last words');
  expect(output.written).toBe('');
  log.flush();
  expect(output.written).toContain('last words');
});

it('a stream without a reader loses lines, but neither exhausts memory nor delays exit', async () => {
  const output = new Output();
  output.stuck = true;
  const log = createLog('info', 'iso', output);
  for (let index = 0; index < 20_000; index++) log.logger.info({ text: 't'.repeat(200) }, 'line');
  const began = performance.now();
  await log.end(50);
  expect(performance.now() - began).toBeLessThan(10_000);
  expect(output.writableLength).toBeLessThan(2_000_000);
});
