/**
 * Reads the version list of an OpenStack service: `images` if it is that of the Images API v2, `other` for another API,
 * null if the body is not a version list. All versions of the Images API link to the same address, `…/v2/`; in the
 * similar list of Compute, each version has its own.
 *
 * `path` is the path of that address, as the service knows it; undefined if the list has no link.
 * Source: Images API reference, "API versions".
 */
export function readVersionsList(body: string): { readonly api: 'images' | 'other'; readonly path?: string } | null {
  const versions = toObject(tryJson(body))['versions'];
  if (!Array.isArray(versions) || versions.length === 0) return null;
  const version2 = versions.map(toObject).filter(({ id }) => typeof id === 'string' && /^v2(?:\.\d+)?$/.test(id));
  const paths = version2.map(readPath);
  const isImages = version2.length > 0 && paths.every((path) => path === undefined || /\/v2\/?$/.test(path));
  const [path] = paths;
  return { api: isImages ? 'images' : 'other', ...(path !== undefined && { path }) };
}

/** Whether a body is a list of images. */
export function isImagesList(body: string): boolean {
  return Array.isArray(toObject(tryJson(body))['images']);
}

/** The path of the link of a version. */
function readPath({ links }: Readonly<Record<string, unknown>>): string | undefined {
  const hrefs = Array.isArray(links) ? links.map((link) => toObject(link)['href']) : [];
  const href = hrefs.find((candidate) => typeof candidate === 'string');
  return href !== undefined && URL.canParse(href) ? new URL(href).pathname : undefined;
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function toObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
