import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';
import type { Handler, Routes } from './server.ts';

/** One file to serve. */
export interface StaticFile {
  readonly type: string;
  readonly body: string | Buffer;
  /** Whether its URL changes with its content, so that browsers may cache it permanently. */
  readonly immutable?: boolean;
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
    const page = name.endsWith('.html') ? { policy } : { immutable: name.startsWith('assets/') };
    routes[`${prefix}/${name === 'index.html' ? '' : name}`] = { GET: createFileHandler({ type, body, ...page }) };
  }
  return routes;
}

/** Answers with a file, whatever the request target. */
export type FileHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** Creates a handler that answers with a file, or with 304 if the browser has it already. */
export function createFileHandler({ type, body, immutable = false, policy }: StaticFile): FileHandler {
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  const headers = {
    etag,
    'cache-control': immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    ...(policy !== undefined && { 'content-security-policy': policy }),
  };
  return (request, response) => {
    if (request.headers['if-none-match'] === etag) return void response.writeHead(304, headers).end();
    response.writeHead(200, { ...headers, 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
  };
}
