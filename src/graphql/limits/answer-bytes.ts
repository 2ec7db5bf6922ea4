/** JSON punctuation per value: quotes or brackets, and a comma. */
const punctuationBytes = 3;
/** Maximum bytes per character: a control character is written as `\u0001`. */
const maxBytesPerCharacter = 6;

/** Characters that JSON escapes or that take several bytes. */
const escaped = /["\\\p{Cc}\p{Cs}]/u;

/**
 * Estimates a lower bound of the JSON size of a value, in bytes; counting stops soon after the maximum. A string shared
 * by many fields takes memory only once until it is serialised, so a response can fit in memory but be too large to
 * serialise. Characters are inspected only if they decide whether the value is too large.
 */
export function estimateAnswerBytes(value: unknown, max: number): number {
  const estimate = addUp(value, max, (text) => text.length);
  return estimate > max || estimate * maxBytesPerCharacter <= max ? estimate : addUp(value, max, toJsonBytes);
}

/** Size of a string in JSON, in bytes, without its quotes. */
function toJsonBytes(text: string): number {
  return escaped.test(text) ? Buffer.byteLength(JSON.stringify(text)) - 2 : Buffer.byteLength(text);
}

function addUp(value: unknown, max: number, toBytes: (text: string) => number): number {
  let bytes = 0;

  function add(part: unknown): void {
    bytes += punctuationBytes;
    if (typeof part === 'string') bytes += toBytes(part);
    else if (typeof part !== 'object' || part === null) bytes += punctuationBytes;
    else if (Array.isArray(part)) {
      for (const item of part) {
        if (bytes > max) return;
        add(item);
      }
    } else {
      for (const key in part) {
        if (bytes > max) return;
        bytes += toBytes(key) + punctuationBytes;
        add((part as Readonly<Record<string, unknown>>)[key]);
      }
    }
  }

  add(value);
  return bytes;
}
