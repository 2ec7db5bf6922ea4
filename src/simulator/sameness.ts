/** The database of Glance, which decides whether texts such as ids are equal. */
export type Database = 'sqlite' | 'mariadb';

/** Whether two texts are equal to a database. */
export type Sameness = (one: string, other: string) => boolean;

/**
 * SQLite compares exactly; MariaDB with `utf8mb3_general_ci` ignores case, accents and trailing spaces.
 * Observed on MariaDB 10.11.
 */
export const sameness: Readonly<Record<Database, Sameness>> = {
  sqlite: (one, other) => one === other,
  mariadb: (one, other) => fold(one) === fold(other),
};

function fold(text: string): string {
  return Array.from(text.replace(/ +$/, ''), foldCharacter).join('');
}

/** In this collation, no character equals several others, or none. */
function foldCharacter(character: string): string {
  if (character === 'ß') return 'S';
  const decomposed = character.normalize('NFD');
  const base = decomposed.length > 1 ? decomposed.charAt(0) : character;
  const upper = base.toUpperCase();
  return upper.length === 1 ? upper : base;
}
