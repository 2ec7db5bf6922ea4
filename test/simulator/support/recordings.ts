import { readdirSync, readFileSync } from 'node:fs';

/**
 * One exchange with a real Glance 25.1.0 or Keystone 22.0.2 (Debian 12; eventlet and uWSGI, SQLite, the release's
 * default policy), recorded.
 * Removed: the Date of the answer, and User-Agent. Replaced by placeholders of the same length: identifiers, addresses
 * and tokens (`token-of-…`). Times and request ids are unchanged.
 */
export interface Recording {
  readonly case: string;
  readonly caller?: string;
  readonly given?: string;
  readonly note?: string;
  readonly request: {
    readonly method: string;
    readonly target: string;
    readonly version?: string;
    readonly headers: readonly (readonly [string, string])[];
    /** Text; binary data has the prefix `base64:`. */
    readonly body?: string;
  };
  readonly response: {
    readonly status: number;
    readonly reason: string;
    readonly headers: readonly (readonly [string, string])[];
    readonly body: string;
  };
}

/** An exchange with Glance on MariaDB 10.11, about an image of the producer with these pending members. */
export interface MariaDbRecording extends Recording {
  readonly held: readonly string[];
}

const glance = new URL('../recordings/', import.meta.url);

/** All recordings of one service, Glance with SQLite, in the order of their files. */
export function readRecordings(service: 'glance' | 'keystone' = 'glance'): Recording[] {
  const folder = service === 'glance' ? glance : new URL(`${service}/`, glance);
  return readLines(folder).map((line): Recording => JSON.parse(line));
}

/** All recordings of Glance with MariaDB. */
export function readMariaDbRecordings(): MariaDbRecording[] {
  return readLines(new URL('mariadb/', glance)).map((line): MariaDbRecording => JSON.parse(line));
}

function readLines(from: URL): string[] {
  return readdirSync(from)
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .flatMap((name) => readFileSync(new URL(name, from), 'utf8').trimEnd().split('\n'));
}
