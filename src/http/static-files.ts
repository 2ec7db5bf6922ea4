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
  /** Whether its address changes with its content, so that browsers may keep it for good. */
  readonly immutable?: boolean;
  /** The `Content-Security-Policy` of a page. */
  readonly policy?: string;
}

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/**
 * The routes of all files below a folder, which is read once: what is asked for never becomes a path. Its `index.html`
 * answers at `prefix` followed by a slash; without the slash, the browser is sent there. Files in `assets/` carry a hash
 * of their content in their name.
 *
 * @throws if the folder or a file cannot be read, or a file has a type that is not known here.
 */
export function createStaticRoutes(folder: string, prefix: string, policy: string): Routes {
  // The name alone, relative to the address asked for: a proxy may serve the gateway below a path of its own.
  const redirect: Handler = (_request, response) => {
    response.writeHead(308, { location: `${prefix.slice(prefix.lastIndexOf('/') + 1)}/`, 'content-length': 0 }).end();
  };
  const routes: Record<string, Routes[string]> = { [prefix]: { GET: redirect } };
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const name = file.slice(join(folder, sep).length).replaceAll(sep, '/');
    const type = types[extname(name)];
    if (type === undefined) throw new Error(`${file} has no type that can be served.`);
    const body = readFileSync(file);
    const page = name.endsWith('.html') ? { policy } : { immutable: name.startsWith('assets/') };
    routes[`${prefix}/${name === 'index.html' ? '' : name}`] = { GET: createFileHandler({ type, body, ...page }) };
  }
  return routes;
}

/** Answers with a file, wherever it was asked for. */
export type FileHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

const gzipAsync = promisify(gzip);

/** Answers with a file, compressed for those who accept it; a browser that has it already is told so. */
export function createFileHandler({ type, body, immutable = false, policy }: StaticFile): FileHandler {
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  const headers = {
    etag,
    'cache-control': immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
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
