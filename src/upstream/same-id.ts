/**
 * Decides whether two spellings are the same id. That depends on the database of the Images API: SQLite and PostgreSQL
 * compare ids exactly; MariaDB and MySQL ignore case, accents and trailing spaces, and return the stored spelling. So
 * equal spellings are always the same id; for any other pair only upstream knows.
 */

/** The result of looking up an id among rows. */
export interface Match<T> {
  /** The row with exactly this spelling of the id. */
  readonly row: T | undefined;
  /** Whether no row has this spelling, but some row may hold another spelling of the same id: only upstream knows. */
  readonly inDoubt: boolean;
}

/** An index of rows by id that also finds other possible spellings. */
export class IdIndex<T> {
  readonly #exact = new Map<string, T>();
  readonly #folded = new Set<string>();
  /** The comparable parts of ids that contain wildcard characters; see `mayBeSameId`. */
  readonly #vague: (readonly string[])[] = [];

  constructor(rows: readonly T[], idOf: (row: T) => string) {
    for (const row of rows) {
      const id = idOf(row);
      this.#exact.set(id, row);
      if (isPlain(id)) this.#folded.add(foldId(id));
      else this.#vague.push(toKnownParts(id));
    }
  }

  /** Looks for an id. */
  match(id: string): Match<T> {
    const row = this.#exact.get(id);
    return { row, inDoubt: row === undefined && this.#hasOtherSpelling(id) };
  }

  #hasOtherSpelling(id: string): boolean {
    if (!isPlain(id)) return this.#exact.keys().some((held) => mayBeSameId(held, id));
    if (this.#folded.has(foldId(id))) return true;
    const parts = toKnownParts(id);
    return this.#vague.some((held) => mayBeAlike(held, parts));
  }
}

/**
 * Whether some database may treat these ids as equal. Collations differ in how they compare non-ASCII and control
 * characters, so these count as wildcards, which may also match nothing.
 */
export function mayBeSameId(one: string, other: string): boolean {
  return one === other || mayBeAlike(toKnownParts(one), toKnownParts(other));
}

/** Normalizes an id of printable ASCII characters: all its spellings give the same text. */
export function foldId(id: string): string {
  // Most ids have this form already. Maps would hash a copy again.
  if (/^[!-@[-~]*$/.test(id)) return id;
  let end = id.length;
  while (id[end - 1] === ' ') end--;
  return id.slice(0, end).toLowerCase();
}

function isPlain(id: string): boolean {
  return /^[\x20-\x7e]*$/.test(id);
}

/** The parts between the wildcard characters. */
function toKnownParts(id: string): string[] {
  return foldId(id).split(/[^\x20-\x7e]+/);
}

function mayBeAlike(a: readonly string[], b: readonly string[]): boolean {
  if (a.length === 1 && b.length === 1) return a[0] === b[0];
  return isEither(a[0], b[0], 'startsWith') && isEither(a.at(-1), b.at(-1), 'endsWith');
}

function isEither(a = '', b = '', relation: 'startsWith' | 'endsWith'): boolean {
  return a[relation](b) || b[relation](a);
}
