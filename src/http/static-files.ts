import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import Negotiator from 'negotiator';
import type { Handler, Routes } from './server.ts';

/** One file to serve. */
export interface StaticFile {
  readonly type: string;
  readonly body: string | Buffer;
  /** `Cache-Control` of the file; by default, a client asks each time whether its copy is still good. */
  readonly cacheControl?: string;
  /** The `Content-Security-Policy` of an HTML page. */
  readonly policy?: string;
}

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/**
 * The routes of all files below a folder. They are read once, so a request never becomes a file path. `index.html` is
 * served at `prefix` followed by a slash; without the slash, the browser is redirected. The names of files in `assets/`
 * contain a hash of their content.
 *
 * @throws if the folder or a file cannot be read, or a file has an unknown type.
 */
export function createStaticRoutes(folder: string, prefix: string, policy: string): Routes {
  // A relative URL, because a proxy may serve the gateway under a path prefix.
  const redirect: Handler = (_request, response) => {
    response.writeHead(308, { location: `${prefix.slice(prefix.lastIndexOf('/') + 1)}/`, 'content-length': 0 }).end();
  };
  const routes: Record<string, Routes[string]> = { [prefix]: { GET: redirect } };
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const name = file.slice(join(folder, sep).length).replaceAll(sep, '/');
    const type = types[extname(name)];
    if (type === undefined) throw new Error(`Cannot serve ${file}: its type is unknown.`);
    const body = readFileSync(file);
    const page = name.endsWith('.html') ? { policy } : name.startsWith('assets/') ? { cacheControl: forever } : {};
    routes[`${prefix}/${name === 'index.html' ? '' : name}`] = { GET: createFileHandler({ type, body, ...page }) };
  }
  return routes;
}

/** Answers with a file, whatever the request target. */
export type FileHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** For files whose name changes with their content. */
const forever = 'public, max-age=31536000, immutable';

const gzipAsync = promisify(gzip);

/** Creates a handler that answers with a file, compressed if the client accepts gzip, or with 304 if it has it already. */
export function createFileHandler({ type, body, cacheControl = 'no-cache', policy }: StaticFile): FileHandler {
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  const headers = {
    etag,
    'cache-control': cacheControl,
    vary: 'Accept, Accept-Encoding',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    ...(policy !== undefined && { 'content-security-policy': policy }),
  };
  let compressed: Promise<Buffer> | undefined;
  return async (request, response) => {
    if (request.headers['if-none-match'] === etag) return void response.writeHead(304, headers).end();
    const isCompressed = acceptsGzip(request.headers['accept-encoding']);
    if (isCompressed) compressed ??= gzipAsync(body);
    const content = (isCompressed && (await compressed)) || body;
    response
      .writeHead(200, {
        ...headers,
        'content-type': type,
        'content-length': Buffer.byteLength(content),
        ...(isCompressed && { 'content-encoding': 'gzip' }),
      })
      .end(content);
  };
}

/** Whether a client accepts gzip; one that says nothing gets the file as it is. */
function acceptsGzip(accepted: string | undefined): boolean {
  if (!accepted || accepted.length > 1_000) return false;
  return new Negotiator({ headers: { 'accept-encoding': accepted } }).encodings().includes('gzip');
}
