import type { KnownProject } from '../projects.ts';

/** What a text names: projects, and names that came along with ids. */
export interface Parsed {
  readonly ids: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** Names that several projects have; only an id tells which one is meant. */
  readonly ambiguous: readonly string[];
}

/** Whether a text looks like an id that the Identity service gives: 32 hexadecimal digits, or a UUID. */
export function looksLikeId(text: string): boolean {
  return /^[0-9a-f]{32}$|^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

/**
 * Reads project ids and names, separated by commas, semicolons or line breaks. A name that is known stands for its
 * project. A name and an id side by side (`web-team a41be2…`) label the id. Anything else is taken as an id as it is.
 */
export function parseProjects(text: string, known: readonly KnownProject[]): Parsed {
  const ids: string[] = [];
  const labels: Record<string, string> = {};
  const ambiguous: string[] = [];
  const byName = (name: string) => known.filter((project) => project.name.toLowerCase() === name.toLowerCase());

  function add(part: string): void {
    const named = byName(part);
    if (known.some(({ id }) => id === part)) ids.push(part);
    else if (named.length > 1) ambiguous.push(part);
    else ids.push(named[0]?.id ?? part);
  }

  for (const part of text.split(/[,;\n\r]+/).map((piece) => piece.trim())) {
    const words = part.split(/\s+/).filter(Boolean);
    const idWords = words.filter(looksLikeId);
    const [id] = idWords;
    if (words.length <= 1 || byName(part).length > 0) {
      if (part !== '') add(part);
    } else if (
      id !== undefined &&
      idWords.length === 1 &&
      !words.some((word) => word !== id && byName(word).length > 0)
    ) {
      ids.push(id);
      labels[id] = words
        .filter((word) => word !== id)
        .join(' ')
        .replace(/^["']|["':]$/g, '');
    } else {
      for (const word of words) add(word);
    }
  }
  return { ids: [...new Set(ids)], labels, ambiguous };
}
