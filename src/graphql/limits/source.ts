import { Lexer, Source, TokenKind } from 'graphql';
import type { Limits } from '../../settings/settings.ts';
import { type Refusal, refuseOver } from './refusal.ts';

/**
 * Maximum nesting depth of brackets of any kind. The parser is recursive, and would overflow the stack at some thousand
 * levels.
 */
const maxNesting = 200;

/** Checks the text of a document against the limits before it is parsed. Almost free for documents of usual size. */
export function checkSource(source: string, limits: Limits): Refusal | null {
  const tooLong = refuseOver(limits, 'maxDocumentCharacters', source.length);
  if (tooLong !== null) return tooLong;
  const { brackets, lineBreaks, atSigns } = count(source);
  // The parser splits block strings into lines.
  const tooManyLines = refuseOver(limits, 'maxTokens', lineBreaks);
  if (tooManyLines !== null) return tooManyLines;
  // A document has at most as many tokens as characters, as many levels as brackets, and as many directives as at signs.
  const { maxTokens, maxDirectives } = limits;
  if (source.length <= maxTokens && brackets <= maxNesting && atSigns <= maxDirectives) return null;
  return checkTokens(source, limits);
}

function checkTokens(source: string, limits: Limits): Refusal | null {
  const { maxTokens, maxDirectives, maxDepth } = limits;
  let tokens = 0;
  let nesting = 0;
  let directives = 0;
  try {
    const lexer = new Lexer(new Source(source));
    for (let token = lexer.advance(); token.kind !== TokenKind.EOF; token = lexer.advance()) {
      // The lexer skips comments, but they take as much work as other tokens.
      for (let at = token.prev; at?.kind === TokenKind.COMMENT; at = at.prev) tokens++;
      if (++tokens > maxTokens) return { limit: 'maxTokens', allowed: maxTokens, found: tokens };
      if (opens(token.kind)) nesting++;
      else if (closes(token.kind)) nesting--;
      else if (token.kind === TokenKind.AT) directives++;
      if (nesting > maxNesting) return { limit: 'maxDepth', allowed: maxDepth, found: nesting };
      if (directives > maxDirectives) return { limit: 'maxDirectives', allowed: maxDirectives, found: directives };
    }
  } catch {
    // The parser reports invalid tokens.
  }
  return null;
}

function opens(kind: TokenKind): boolean {
  return kind === TokenKind.BRACE_L || kind === TokenKind.PAREN_L || kind === TokenKind.BRACKET_L;
}

function closes(kind: TokenKind): boolean {
  return kind === TokenKind.BRACE_R || kind === TokenKind.PAREN_R || kind === TokenKind.BRACKET_R;
}

function count(source: string): { readonly brackets: number; readonly lineBreaks: number; readonly atSigns: number } {
  let brackets = 0;
  let lineBreaks = 0;
  let atSigns = 0;
  for (let index = 0; index < source.length; index++) {
    const code = source.charCodeAt(index);
    // ( [ {
    if (code === 0x28 || code === 0x5b || code === 0x7b) brackets++;
    else if (code === 0x0a || code === 0x0d) lineBreaks++;
    // @
    else if (code === 0x40) atSigns++;
  }
  return { brackets, lineBreaks, atSigns };
}
