import { badRequest } from './errors.ts';

const isoTimePattern =
  /^(\d{4})(?:-?(\d{2})(?:-?(\d{2})(?:[T ](\d{2})(?::?(\d{2})(?::?(\d{2})(?:[.,](\d+))?)?)?(Z|[+-]\d{2}(?::?\d{2})?)?)?)?)?$/;

/** An ISO 8601 time as microseconds since 1970, UTC if it has no zone; undefined if it is not a time. */
export function parseIsoTime(text: string): number | undefined {
  const match = isoTimePattern.exec(text);
  if (match === null) return undefined;
  const [, year = '', month = '01', day = '01', hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] =
    match;
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  const offset = zone === 'Z' ? 'Z' : `${zone.slice(0, 1)}${digits.slice(0, 2)}:${digits.slice(2)}`;
  const milliseconds = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${offset}`);
  if (Number.isNaN(milliseconds)) return undefined;
  return milliseconds * 1000 + Number(fraction.padEnd(6, '0').slice(0, 6));
}

/** Splits `operator:value`; the operator is `eq` for a value without one, and for a plain time. */
export function splitOperator(text: string): { readonly operator: string; readonly value: string } {
  const at = text.indexOf(':');
  if (at < 0 || parseIsoTime(text) !== undefined) return { operator: 'eq', value: text };
  return { operator: text.slice(0, at), value: text.slice(at + 1) };
}

function checkQuotes(text: string): void {
  let open = false;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] !== '"' || (at > 0 && text[at - 1] === '\\')) continue;
    if (!open && at > 0 && text[at - 1] !== ',') {
      throw badRequest(`Invalid filter value ${text}. There is no comma before opening quotation mark.`);
    }
    if (open && at + 1 < text.length && text[at + 1] !== ',') {
      throw badRequest(`Invalid filter value ${text}. There is no comma after closing quotation mark.`);
    }
    open = !open;
  }
  if (open) throw badRequest(`Invalid filter value ${text}. The quote is not closed.`);
}

/** Splits the list after `in:` at commas outside quotes. Spaces are significant. Throws 400. */
export function splitList(text: string): string[] {
  checkQuotes(text);
  const items: string[] = [];
  let rest = text;
  while (rest !== '') {
    const quoted = /^"((?:[^"\\]|\\.)*)"/s.exec(rest);
    const item = quoted?.[1] ?? rest.split(',', 1)[0] ?? '';
    items.push(item);
    rest = rest.slice(quoted?.[0].length ?? item.length);
    if (rest.startsWith(',')) rest = rest.slice(1);
  }
  return items;
}

/** An integer as parsed by Python; undefined if it is not one. */
export function parsePythonInteger(text: string): number | undefined {
  const trimmed = text.trim();
  return /^[+-]?\d+(?:_\d+)*$/.test(trimmed) ? Number(trimmed.replaceAll('_', '')) : undefined;
}
