/** A request target, split and decoded as by Glance 25.1 behind eventlet. */
export interface Address {
  /** The path with every percent escape decoded and its bytes read as Latin-1: é sent as UTF-8 is two characters. */
  readonly path: string;
  /** The query string, without the question mark, as sent. */
  readonly query: string;
}

/** Splits a request target; undefined if the path is not UTF-8, which Glance answers with 500. */
export function parseTarget(target: string): Address | undefined {
  const at = target.indexOf('?');
  const rawPath = at < 0 ? target : target.slice(0, at);
  const path = rawPath.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(path, 'latin1'));
  } catch {
    return undefined;
  }
  return { path, query: at < 0 ? '' : target.slice(at + 1) };
}
