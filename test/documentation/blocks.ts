import { globSync, readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';

/** The repository. */
export const root = resolve(import.meta.dirname, '../..');

/** A fenced block of a page. */
export interface Block {
  readonly language: string;
  /**
   * The text after the language: for `graphql`, the caller; for `sh`, `ci` if only `.ci/run` runs it, because it needs more
   * than this machine; for excerpts, `file=` and their source file.
   */
  readonly info: string;
  readonly text: string;
  readonly line: number;
}

/** The pages whose commands, operations and links are checked. */
export const pages: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  ...globSync('docs/**/*.md', { cwd: root }),
].sort();

/** The fenced blocks of a page. */
export function readBlocks(page: string): readonly Block[] {
  const markdown = readFileSync(resolve(root, page), 'utf8');
  return [...markdown.matchAll(/^```(\w*) ?(.*)\n([\s\S]*?)^```$/gm)].map(
    ({ 1: language = '', 2: info = '', 3: text = '', index }) => ({
      language,
      info,
      text,
      line: markdown.slice(0, index).split('\n').length,
    }),
  );
}

/** The commands of a shell block, one by one; a backslash at its end continues a line. */
export function toCommands({ text }: Block): readonly string[] {
  return text
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .flatMap((line) => line.split(' && '));
}

/** Whether a command is about the package `frontend/`, whose own tests run it. */
export function isOfFrontend(command: string): boolean {
  return / --prefix frontend$/.test(command);
}

/** The position of a block, for failure messages. */
export function toPlace(page: string, { line }: Block): string {
  return `${relative(root, resolve(root, page))}:${line}`;
}
