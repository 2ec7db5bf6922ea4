/** Whether two texts are the same to the database that keeps the rows. */
export type Sameness = (one: string, other: string) => boolean;

/** SQLite: every character counts. */
export const exactly: Sameness = (one, other) => one === other;

/** MariaDB with `utf8mb3_general_ci`: case, accents and trailing spaces do not count. Observed on MariaDB 10.11. */
export const likeMariaDb: Sameness = (one, other) => fold(one) === fold(other);

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
