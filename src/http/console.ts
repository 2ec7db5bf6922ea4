import type { Routes } from './server.ts';
import { createFileHandler, createStaticRoutes } from './static-files.ts';

/** A demo user that the console offers, with a token that the embedded Images API accepts. */
export interface Person {
  readonly name: string;
  readonly token: string;
  readonly projectId: string;
}

/** Allows only resources of the gateway itself; no page may frame the console. */
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

/** The routes of the console: the built pages in `folder`, and its list of demo users. */
export function createConsoleRoutes(folder: string, people: readonly Person[]): Routes {
  const body = JSON.stringify(people.map(({ name, token, projectId }) => ({ name, token, projectId })));
  return {
    ...createStaticRoutes(folder, '/console', policy),
    '/console/people.json': { GET: createFileHandler({ type: 'application/json', body }) },
  };
}
