import type { Writable } from 'node:stream';
import { type Logger, type LoggerOptions, pino } from 'pino';
import { toBoundedLine } from './log-line.ts';

/** pino's logger, with a faster way to write the lines that every operation has. */
export interface OperationLogger extends Logger {
  /**
   * Writes the same line as `info`, in less than half the time. The fields must be plain JSON, at least one of them; the
   * message needs no escaping.
   */
  readonly plainInfo: (fields: object, message: string) => void;
}

/** A log that buffers its lines. */
export interface Log {
  readonly logger: OperationLogger;
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

const formats = {
  iso: { timestamp: createIsoTime(), formatters: { level: (level: string) => ({ level }) } },
  pino: { timestamp: pino.stdTimeFunctions.epochTime },
} as const satisfies Readonly<Record<LogFormat, LoggerOptions>>;

/** As pino's `isoTime`, but formats the date only once a millisecond. */
function createIsoTime(): () => string {
  let formatted = Number.NaN;
  let text = '';
  return () => {
    const now = Date.now();
    if (now !== formatted) {
      formatted = now;
      text = `,"time":"${new Date(now).toISOString()}"`;
    }
    return text;
  };
}

/** Creates a logger of JSON lines of bounded length; `write` receives each line with its line feed. */
export function createLogger(level: string, format: LogFormat, write: (line: string) => void): OperationLogger {
  const { timestamp } = formats[format];
  const writeBounded = (line: string): void => write(toBoundedLine(line));
  const logger = pino({ level, base: null, ...formats[format] }, { write: writeBounded });
  const start = `{"level":${format === 'iso' ? '"info"' : logger.levels.values['info']}`;
  return Object.assign(logger, {
    plainInfo(fields: object, message: string): void {
      if (!logger.isLevelEnabled('info')) return;
      writeBounded(`${start}${timestamp()},${JSON.stringify(fields).slice(1, -1)},"msg":"${message}"}\n`);
    },
  });
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
