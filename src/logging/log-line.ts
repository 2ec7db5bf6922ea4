/** Maximum length of a log line in bytes, including its line feed. */
export const maxLineBytes = 4_096;

/** The lengths to which strings, lists and objects of a long line are cut; each entry is tried until the line fits. */
const cuts = [
  { characters: 2_000, items: 50 },
  { characters: 500, items: 20 },
  { characters: 200, items: 10 },
  { characters: 50, items: 3 },
] as const;

type Cut = (typeof cuts)[number];

/** Maximum nesting depth of a line that is cut. */
const maxDepth = 5;

/**
 * Cuts a log line to `maxLineBytes`, because callers and upstream control parts of it. A cut line is still JSON, keeps its
 * level, time, message and request id, and has `"cut": true`.
 *
 * @param line JSON that ends with a line feed.
 */
export function toBoundedLine(line: string): string {
  // One UTF-16 code unit takes at most three bytes of UTF-8.
  if (line.length * 3 <= maxLineBytes || Buffer.byteLength(line) <= maxLineBytes) return line;
  const { level, time, requestId, msg, ...rest } = JSON.parse(line) as Record<string, unknown>;
  for (const cut of cuts) {
    const kept = { level, time, ...shortenObject(rest, cut), ...shortenObject({ requestId, msg }, cut) };
    const shorter = `${JSON.stringify({ ...kept, cut: true })}\n`;
    if (Buffer.byteLength(shorter) <= maxLineBytes) return shorter;
  }
  return `${JSON.stringify({ level, time, cut: true })}\n`;
}

function shorten(value: unknown, cut: Cut, depth: number): unknown {
  if (typeof value === 'string') return shortenText(value, cut);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= maxDepth) return '…';
  if (Array.isArray(value)) return value.slice(0, cut.items).map((item) => shorten(item, cut, depth + 1));
  return shortenObject(value, cut, depth);
}

function shortenText(text: string, { characters }: Cut): string {
  return text.length <= characters ? text : `${text.slice(0, characters)}…`;
}

function shortenObject(object: object, cut: Cut, depth = 0): Record<string, unknown> {
  const entries = Object.entries(object).slice(0, cut.items);
  return Object.fromEntries(entries.map(([key, value]) => [shortenText(key, cut), shorten(value, cut, depth + 1)]));
}
