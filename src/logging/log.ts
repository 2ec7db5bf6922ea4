import type { Writable } from 'node:stream';
import { type Logger, type LoggerOptions, pino } from 'pino';
import { toBoundedLine } from './log-line.ts';

/** A log that buffers its lines. */
export interface Log {
  readonly logger: Logger;
  /** Writes the buffered lines to the stream without waiting for it; for the exit of the process. */
  flush(): void;
  /** Waits until everything is written, up to this timeout. */
  end(timeoutMs: number): Promise<void>;
}

/** Number of buffered characters that trigger a write. */
const chunkCharacters = 8_192;

/** Maximum time that a line stays in the buffer, in milliseconds. */
const intervalMs = 1_000;

/** Maximum number of buffered characters; while the stream accepts nothing, lines beyond it are lost. */
const maxHeldCharacters = 1_000_000;

/** How times and levels are written: as ISO 8601 and by name, or as pino's own numbers. */
export type LogFormat = 'iso' | 'pino';

const formats: Readonly<Record<LogFormat, LoggerOptions>> = {
  iso: { timestamp: createIsoTime(), formatters: { level: (level) => ({ level }) } },
  pino: {},
};

/** As pino's `isoTime`, but formats the date only once a second. */
function createIsoTime(): () => string {
  let second = Number.NaN;
  let prefix = '';
  return () => {
    const now = Date.now();
    const milliseconds = now % 1_000;
    if (now - milliseconds !== second) {
      second = now - milliseconds;
      prefix = `,"time":"${new Date(now).toISOString().slice(0, -4)}`;
    }
    return `${prefix}${String(milliseconds).padStart(3, '0')}Z"`;
  };
}

/** Creates a logger of JSON lines of bounded length; `write` receives each line with its line feed. */
export function createLogger(level: string, format: LogFormat, write: (line: string) => void): Logger {
  return pino({ level, base: null, ...formats[format] }, { write: (line) => write(toBoundedLine(line)) });
}

/**
 * Logs JSON lines to a stream, in batches and within a second. If the stream accepts nothing (a pipe that is closed or
 * that nobody reads, a full disk), lines are lost, but callers never wait and memory stays bounded. The number of lost
 * lines is logged once the stream accepts lines again.
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
