import { prefersHtml } from './media-type.ts';
import { noStore } from './refusal.ts';
import type { Handler } from './server.ts';

/** Serves the page to browsers, and passes all other requests to `otherwise`. */
export function createLandingPage(load: () => Promise<string>, otherwise: Handler): Handler {
  return async (request, response, target) => {
    if (!prefersHtml(request.headers.accept)) return otherwise(request, response, target);
    const page = await load();
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-length': Buffer.byteLength(page),
      'cache-control': noStore,
    });
    response.end(page);
  };
}
