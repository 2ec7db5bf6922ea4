/** A parsed request target. */
export interface Target {
  /** The path as sent: nothing is decoded or resolved. */
  readonly path: string;
  /** The query, including `?`; empty if there is none. */
  readonly search: string;
}

/**
 * Parses a request target: a path and query, or an absolute URL, whose host is ignored.
 *
 * @returns null for anything else: `*` is valid only with `OPTIONS`, and a URL needs a host.
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
