/** A request target, divided and decoded as Glance 25.1 behind eventlet does. */
export interface Address {
  /** The path with every percent escape decoded and its bytes read as Latin-1: é sent as UTF-8 is two characters. */
  readonly path: string;
  /** What stands after the question mark, as sent. */
  readonly query: string;
}

/** Divides a request target; undefined when the path is not UTF-8, which Glance answers with 500. */
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
