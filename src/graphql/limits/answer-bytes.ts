/** Quotes or brackets. */
const pairBytes = 2;
/** The comma after a value. The last one of a list or an object has none, which makes up for the one after the bracket. */
const commaBytes = 1;
const colonBytes = 1;
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
  const estimate = addUp(value, -commaBytes, max, toLength);
  return estimate > max || estimate * maxBytesPerCharacter <= max
    ? estimate
    : addUp(value, -commaBytes, max, toJsonBytes);
}

function toLength({ length }: string): number {
  return length;
}

/** Size of a string in JSON, in bytes, without its quotes. */
function toJsonBytes(text: string): number {
  return escaped.test(text) ? Buffer.byteLength(JSON.stringify(text)) - 2 : Buffer.byteLength(text);
}

/**
 * Adds the size of a value and of the comma after it to these bytes. Not a closure: V8 forgets the optimised code of closures
 * that are gone.
 */
function addUp(value: unknown, bytes: number, max: number, toBytes: (text: string) => number): number {
  if (typeof value === 'string') return bytes + pairBytes + toBytes(value) + commaBytes;
  if (typeof value !== 'object' || value === null) return bytes + String(value ?? null).length + commaBytes;
  const opened = bytes + pairBytes;
  let sum = opened;
  if (Array.isArray(value)) {
    for (const item of value) {
      if (sum > max) return sum;
      sum = addUp(item, sum, max, toBytes);
    }
  } else if (!(value instanceof Object)) {
    sum = addUpProperties(value, sum, max, toBytes);
  } else {
    for (const key in value) {
      if (sum > max) return sum;
      const property = (value as Readonly<Record<string, unknown>>)[key];
      if (property === undefined) continue;
      sum += pairBytes + toBytes(key) + colonBytes;
      // Most values are strings; V8 does not inline a function into itself.
      if (typeof property === 'string') sum += pairBytes + toBytes(property) + commaBytes;
      else sum = addUp(property, sum, max, toBytes);
    }
  }
  return sum === opened ? sum + commaBytes : sum;
}

/**
 * Adds the properties of an object without a prototype, as graphql-js creates them; it leaves none undefined. Apart from
 * the others, because V8 would read the properties of all objects three times as slowly once it has met one of these in
 * the same loop.
 */
function addUpProperties(value: object, bytes: number, max: number, toBytes: (text: string) => number): number {
  let sum = bytes;
  for (const key in value) {
    if (sum > max) return sum;
    const property = (value as Readonly<Record<string, unknown>>)[key];
    sum = addUp(property, sum + pairBytes + toBytes(key) + colonBytes, max, toBytes);
  }
  return sum;
}
