import type { Routes } from './server.ts';
import { createFileHandler, createStaticRoutes } from './static-files.ts';

/** Somebody the console offers to be: the embedded Images API knows the token. */
export interface Person {
  readonly name: string;
  readonly token: string;
  readonly projectId: string;
}

/** Nothing but what the gateway itself serves; no other page may frame it. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The routes of the console: the built pages in `folder`, and the people it offers to be. */
export function createConsoleRoutes(folder: string, people: readonly Person[]): Routes {
  const body = JSON.stringify(people.map(({ name, token, projectId }) => ({ name, token, projectId })));
  return {
    ...createStaticRoutes(folder, '/console', policy),
    '/console/people.json': { GET: createFileHandler({ type: 'application/json', body }) },
  };
}
