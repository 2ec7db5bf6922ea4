/** JSON punctuation per value: quotes or brackets, and a comma. */
const punctuationBytes = 3;

/**
 * Estimates a lower bound of the JSON size of a value, in bytes; counting stops soon after the maximum. A string shared
 * by many fields takes memory only once until it is serialised, so a response can fit in memory but be too large to
 * serialise.
 */
export function estimateAnswerBytes(value: unknown, max: number): number {
  let bytes = 0;

  function add(part: unknown): void {
    bytes += punctuationBytes;
    if (typeof part === 'string') bytes += part.length;
    else if (typeof part !== 'object' || part === null) bytes += punctuationBytes;
    else if (Array.isArray(part)) {
      for (const item of part) {
        if (bytes > max) return;
        add(item);
      }
    } else {
      for (const key in part) {
        if (bytes > max) return;
        bytes += key.length + punctuationBytes;
        add((part as Readonly<Record<string, unknown>>)[key]);
      }
    }
  }

  add(value);
  return bytes;
}
