/** What a value takes in JSON beside its characters: quotes or brackets, and a comma. */
const punctuationBytes = 3;

/**
 * About how many bytes a value takes as JSON, at the least; counting stops soon after the maximum. A text that many
 * fields share is held only once until it is written, so an answer can be too large to be written but not to be held.
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
