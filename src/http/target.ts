/** Where a request goes, as its request line says. */
export interface Target {
  /** The path, as it was sent: nothing is decoded or resolved. */
  readonly path: string;
  /** The query, `?` included; empty where there is none. */
  readonly search: string;
}

/**
 * Reads a request target: a path and query, or a whole URL, whose host does not matter here.
 *
 * @returns null for anything else: `*` is for `OPTIONS` alone, and a URL must name a host.
 * Source: RFC 9112 §3.2.
 */
export function parseTarget(target: string): Target | null {
  const origin = target.startsWith('/') ? '' : /^https?:\/\/[^/?#]+/i.exec(target)?.[0];
  if (origin === undefined) return null;
  const rest = target.slice(origin.length);
  const query = rest.indexOf('?');
  const path = query < 0 ? rest : rest.slice(0, query);
  return { path: path || '/', search: query < 0 ? '' : rest.slice(query) };
}
