/** Which database Glance keeps its rows in: it decides which texts are the same, ids among them. */
export type Database = 'sqlite' | 'mariadb';

/** Whether two texts are the same to a database. */
export type Sameness = (one: string, other: string) => boolean;

/**
 * To SQLite, every character counts; to MariaDB with `utf8mb3_general_ci`, case, accents and trailing spaces do not.
 * Observed on MariaDB 10.11.
 */
export const sameness: Readonly<Record<Database, Sameness>> = {
  sqlite: (one, other) => one === other,
  mariadb: (one, other) => fold(one) === fold(other),
};

function fold(text: string): string {
  return Array.from(text.replace(/ +$/, ''), foldCharacter).join('');
}

/** This collation knows no character that is equal to several others, or to none. */
function foldCharacter(character: string): string {
  if (character === 'ß') return 'S';
  const decomposed = character.normalize('NFD');
  const base = decomposed.length > 1 ? decomposed.charAt(0) : character;
  const upper = base.toUpperCase();
  return upper.length === 1 ? upper : base;
}
