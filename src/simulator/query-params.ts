import { badRequest } from './errors.ts';

const undecodable =
  'Error decoding your request. Either the URL or the request body contained characters that could not be decoded by Glance';

function decode(text: string): string {
  const bytes = Buffer.from(
    text.replace(/\+/g, ' ').replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  );
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw badRequest(undecodable);
  }
}

function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replace(/%20/g, '+')
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/**
 * The parameters of a query, in order, with repetitions. The first occurrence of a single-valued parameter is used, and
 * further ones become filters by a property of that name: hence the empty list for a repeated `limit`. Observed on
 * Glance 25.1.
 */
export class QueryParams {
  readonly #pairs: [string, string][];

  /** `query` is the query string without the question mark. Throws 400 if it is not UTF-8. */
  constructor(query: string) {
    this.#pairs = query
      .split(/[&;]/)
      .filter((part) => part !== '')
      .map((part) => {
        const at = part.indexOf('=');
        return at < 0 ? [decode(part), ''] : [decode(part.slice(0, at)), decode(part.slice(at + 1))];
      });
  }

  /** Removes the first parameter of this name and returns its value. */
  take(name: string): string | undefined {
    const at = this.#pairs.findIndex(([key]) => key === name);
    return at < 0 ? undefined : this.#pairs.splice(at, 1)[0]?.[1];
  }

  /** Removes all parameters of this name and returns their values in order. */
  takeAll(name: string): string[] {
    const values: string[] = [];
    for (let value = this.take(name); value !== undefined; value = this.take(name)) values.push(value);
    return values;
  }

  /** The value of the last parameter of this name. */
  last(name: string): string | undefined {
    return this.#pairs.findLast(([key]) => key === name)?.[1];
  }

  /** Names and values, each name once: at its first position, with its last value. */
  toMap(): Map<string, string> {
    return new Map(this.#pairs);
  }
}

/** A URL of the image list for `first` and `next`; a repeated parameter keeps only its last value. */
export function imagesLink(query: string, marker?: string): string {
  const params = new QueryParams(query).toMap();
  params.delete('marker');
  if (marker !== undefined) params.set('marker', marker);
  const parts = [...params].map(([key, value]) => `${encode(key)}=${encode(value)}`);
  return parts.length === 0 ? '/v2/images' : `/v2/images?${parts.join('&')}`;
}
