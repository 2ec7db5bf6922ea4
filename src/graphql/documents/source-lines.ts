import { type DocumentNode, parse, Source, type SourceLocation } from 'graphql';

/**
 * Parses a document so that errors are located by offset only: `line` is 1 and `column` is the offset plus 1.
 * graphql-js finds the line of each error by scanning the document from the start; with many errors below many line
 * breaks that takes seconds. `toLines` translates the locations for clients.
 *
 * @throws GraphQLError for a syntax error, with line and column.
 */
export function parseDocument(text: string): DocumentNode {
  const source = new Source(text);
  const document = parse(source);
  source.body = '';
  return document;
}

/** Creates a function that translates error locations from `parseDocument`'s offsets into lines and columns. */
export function toLines(text: string): (location: SourceLocation) => SourceLocation {
  const starts = [0];
  for (const { 0: lineBreak, index } of text.matchAll(/\r\n|[\n\r]/g)) starts.push(index + lineBreak.length);
  return ({ column }) => {
    const offset = column - 1;
    let line = starts.length;
    // The last line that starts at or before the offset.
    for (let low = 0, high = starts.length; low < high; ) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle + 1;
      else high = middle;
      line = low;
    }
    return { line, column: offset - (starts[line - 1] ?? 0) + 1 };
  };
}
