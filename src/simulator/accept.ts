interface MediaRange {
  readonly type: string;
  readonly subtype: string;
  readonly hasParameters: boolean;
  readonly quality: number;
}

const rangePattern = /^([!#$%&'*+.^_`|~\w-]+)\/([!#$%&'*+.^_`|~\w-]+)((?:\s*;\s*[^;]+)*)$/;
const qualityPattern = /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/;

function parseRange(text: string): MediaRange | undefined {
  const match = rangePattern.exec(text);
  if (match === null) return undefined;
  const [, type = '', subtype = '', tail = ''] = match;
  if (type === '*' && subtype !== '*') return undefined;
  const parameters = tail.split(';').map((part) => part.trim());
  const at = parameters.findIndex((part) => /^q\s*=/i.test(part));
  const quality = at < 0 ? '1' : (parameters[at] ?? '').slice(2).trim();
  if (!qualityPattern.test(quality)) return undefined;
  const hasParameters = parameters.slice(0, at < 0 ? undefined : at).some((part) => part !== '');
  return { type: type.toLowerCase(), subtype: subtype.toLowerCase(), hasParameters, quality: Number(quality) };
}

function specificity(range: MediaRange, type: string, subtype: string): number {
  if (range.hasParameters) return 0;
  if (range.type === '*') return 1;
  if (range.type !== type) return 0;
  if (range.subtype === '*') return 2;
  return range.subtype === subtype ? 3 : 0;
}

function quality(ranges: readonly MediaRange[], offer: string): number {
  const [type = '', subtype = ''] = offer.split('/');
  let best = 0;
  let result = 0;
  for (const range of ranges) {
    const found = specificity(range, type, subtype);
    if (found > best) [best, result] = [found, range.quality];
  }
  return result;
}

/**
 * Picks the offer that an Accept header prefers (RFC 9110, section 12.5.1); the first of equals. An invalid header
 * accepts anything; a missing one accepts nothing. Observed on Glance 25.1.
 */
export function bestOffer<T extends string>(accept: string | undefined, offers: readonly T[]): T | undefined {
  const parts = (accept ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const ranges = parts.map(parseRange).filter((range) => range !== undefined);
  if (ranges.length < parts.length) return offers[0];
  let best: T | undefined;
  for (const offer of offers) {
    if (quality(ranges, offer) > (best === undefined ? 0 : quality(ranges, best))) best = offer;
  }
  return best;
}
