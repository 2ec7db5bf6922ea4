import { prefersHtml } from './media-type.ts';
import type { Handler } from './server.ts';

/** Answers browsers that ask for a page with this one, and everyone else by the other handler. */
export function createLandingPage(load: () => Promise<string>, otherwise: Handler): Handler {
  return async (request, response) => {
    if (!prefersHtml(request.headers.accept)) return otherwise(request, response);
    const page = await load();
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-length': Buffer.byteLength(page),
      'cache-control': 'private, no-store',
    });
    response.end(page);
  };
}
