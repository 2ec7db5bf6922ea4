/**
 * When two spellings are one id. That is for the database below the Images API to say: SQLite and PostgreSQL compare ids
 * exactly; MariaDB and MySQL ignore case, accents and trailing spaces, and answer with the spelling they hold. So the
 * same spelling is the same id everywhere, and about any other one upstream must be asked.
 */

/** What rows say about an id. */
export interface Match<T> {
  /** The row that carries the id in exactly this spelling. */
  readonly row: T | undefined;
  /** No row does, but at least one carries another spelling of it: only upstream can tell whether that is the same id. */
  readonly inDoubt: boolean;
}

/** Rows to look for ids among, in whatever spelling. */
export class IdIndex<T> {
  readonly #exact = new Map<string, T>();
  readonly #folded = new Set<string>();
  /** What is known of the ids with characters that may stand for anything. */
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
 * Whether any database takes one id for the other. Collations differ in what they do with characters beyond ASCII and
 * with control characters, so these may stand for anything, or for nothing.
 */
export function mayBeSameId(one: string, other: string): boolean {
  return one === other || mayBeAlike(toKnownParts(one), toKnownParts(other));
}

/** The same text for all spellings of an id that consists of printable ASCII. */
export function foldId(id: string): string {
  let end = id.length;
  while (id[end - 1] === ' ') end--;
  return id.slice(0, end).toLowerCase();
}

function isPlain(id: string): boolean {
  return /^[\x20-\x7e]*$/.test(id);
}

/** What stands between the characters that may stand for anything. */
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
