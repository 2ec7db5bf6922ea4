import { jsonReply, type Reply } from './reply.ts';

const current = '2.15';
const supported = Array.from({ length: 14 }, (_, minor) => `2.${13 - minor}`);
const known = new Set(['v2', `v${current}`, ...supported.map((version) => `v${version}`)]);
const mediaType = 'application/vnd.openstack.images-';

/** The version list: 200 at /versions, 300 for a request without a known version. Needs no token. */
export function versionsReply(url: string, status: 200 | 300): Reply {
  const version = (id: string, state: string) => ({
    id: `v${id}`,
    status: state,
    links: [{ rel: 'self', href: `${url}/v2/` }],
  });
  const versions = [version(current, 'CURRENT'), ...supported.map((id) => version(id, 'SUPPORTED'))];
  return jsonReply({ versions }, status);
}

/**
 * Reads the version from the path or the Accept header, and returns the rest of the path. v2.14 belongs to a disabled
 * option and is as unknown as v3. Observed on Glance 25.1.
 */
export function withoutVersion(path: string, accept: string | undefined): string | undefined {
  if (accept?.startsWith(mediaType)) return known.has(accept.slice(mediaType.length)) ? path : undefined;
  const trimmed = path.replace(/^\/+/, '');
  const at = trimmed.indexOf('/');
  const version = at < 0 ? trimmed : trimmed.slice(0, at);
  return known.has(version) ? trimmed.slice(version.length) : undefined;
}
