import { readdirSync, readFileSync } from 'node:fs';

/**
 * One exchange with a real Glance 25.1.0 or Keystone 22.0.2 (Debian 12; eventlet and uWSGI, SQLite, the release's
 * default policy), recorded.
 * Left out: the Date of the answer, and User-Agent. Replaced by stand-ins of the same length: identifiers, addresses
 * and tokens (`token-of-…`). Times and request ids are as they were.
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
    /** Text; bytes that are none stand behind `base64:`. */
    readonly body?: string;
  };
  readonly response: {
    readonly status: number;
    readonly reason: string;
    readonly headers: readonly (readonly [string, string])[];
    readonly body: string;
  };
}

const glance = new URL('../recordings/', import.meta.url);

/** All recordings of one service, in the order of their files. */
export function readRecordings(service: 'glance' | 'keystone' = 'glance'): Recording[] {
  const folder = service === 'glance' ? glance : new URL(`${service}/`, glance);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .flatMap((name) => readFileSync(new URL(name, folder), 'utf8').trimEnd().split('\n'))
    .map((line): Recording => JSON.parse(line));
}
