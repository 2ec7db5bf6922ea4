import type { Writable } from 'node:stream';
import { type Logger, type LoggerOptions, pino, stdTimeFunctions } from 'pino';
import { toBoundedLine } from './log-line.ts';

/** A log, and how to be done with it. */
export interface Log {
  readonly logger: Logger;
  /** Hands over what is held, as far as that goes without waiting: for the exit of the process. */
  flush(): void;
  /** Waits until everything is written, but no longer than this. */
  end(timeoutMs: number): Promise<void>;
}

/** How many characters are written together. */
const chunkCharacters = 8_192;

/** How long a line is held, at most, in milliseconds. */
const intervalMs = 1_000;

/** How many characters are held while nothing can be written; lines that come on top are lost. */
const maxHeldCharacters = 1_000_000;

/** How times and levels are written: as ISO 8601 and by name, or as pino's own numbers. */
export type LogFormat = 'iso' | 'pino';

const formats: Readonly<Record<LogFormat, LoggerOptions>> = {
  iso: { timestamp: stdTimeFunctions.isoTime, formatters: { level: (level) => ({ level }) } },
  pino: {},
};

/** Logs JSON lines of bounded length, each given to `write` with its line feed. */
export function createLogger(level: string, format: LogFormat, write: (line: string) => void): Logger {
  return pino({ level, base: null, ...formats[format] }, { write: (line) => write(toBoundedLine(line)) });
}

/**
 * Logs JSON lines to a stream, some at a time and within a second. A stream that takes nothing (a pipe that nobody reads
 * or that is closed, a full disk) costs lines and nothing else: no waiting, no memory beyond a bound. How many were lost
 * is logged when lines can be written again.
 */
export function createLog(level: string, format: LogFormat, stream: Writable): Log {
  let held = '';
  let heldLines = 0;
  let lost = 0;
  let writing = false;
  let whenWritten = (): void => {};

  function hold(line: string): void {
    if (held.length + line.length > maxHeldCharacters) lost++;
    else {
      held += line;
      heldLines++;
    }
    if (held.length >= chunkCharacters) write();
  }

  function write(): void {
    if (!writing) flush();
  }

  function flush(): void {
    if (held === '') return;
    const lines = heldLines;
    writing = true;
    stream.write(held, (error) => {
      writing = false;
      if (error) lost += lines;
      if (held.length >= chunkCharacters) write();
      else if (!error && lost > 0) reportLost();
      whenWritten();
    });
    held = '';
    heldLines = 0;
  }

  function reportLost(): void {
    const lines = lost;
    lost = 0;
    logger.warn({ lines }, 'log lines were lost');
  }

  const logger = createLogger(level, format, hold);
  stream.on('error', () => {});
  setInterval(write, intervalMs).unref();

  return {
    logger,
    flush,
    async end(timeoutMs) {
      const timeout = AbortSignal.timeout(timeoutMs);
      const timedOut = new Promise<void>((resolve) => timeout.addEventListener('abort', () => resolve()));
      while ((writing || held !== '') && !timeout.aborted) {
        const written = new Promise<void>((resolve) => {
          whenWritten = resolve;
        });
        write();
        await Promise.race([written, timedOut]);
      }
    },
  };
}
