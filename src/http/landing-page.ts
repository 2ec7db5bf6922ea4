import type { ExplorerSample } from './explorer.ts';
import { prefersHtml } from './media-type.ts';
import { createPage } from './page.ts';
import { noStore } from './refusal.ts';
import type { Handler, Routes } from './server.ts';
import { createFileHandler } from './static-files.ts';

const sandboxScripts = 'https://embeddable-sandbox.cdn.apollographql.com';
const sandboxFrame = 'https://sandbox.embed.apollographql.com';

/**
 * Shows Apollo Sandbox over the page once its script has loaded; without internet, the page stays.
 * Source: Apollo GraphOS documentation, "Embedding Sandbox".
 */
const startScript = `
  const sandbox = document.querySelector('#sandbox');
  const script = document.createElement('script');
  script.src = '${sandboxScripts}/v2/embeddable-sandbox.umd.production.min.js';
  script.onload = () => {
    new window.EmbeddedSandbox({
      target: '#sandbox',
      initialEndpoint: location.href,
      endpointIsEditable: false,
      allowDynamicStyles: false,
      initialState: JSON.parse(document.querySelector('#sample').textContent),
    });
  };
  script.onerror = () => {
    document.querySelector('#text').textContent = 'Apollo Sandbox could not be loaded: it needs the internet.';
  };
  document.head.append(script);
`;

/** The routes of the page that browsers get at `/graphql`, and of its script. Other clients get the given handler. */
export function createLandingPage(sample: ExplorerSample, hasConsole: boolean, otherwise: Handler): Routes {
  const page = createFileHandler({
    cacheControl: noStore,
    ...createPage({
      title: 'GraphQL endpoint',
      text: 'Loading Apollo Sandbox, which needs the internet…',
      links: [
        { href: 'explorer', title: 'Explorer', text: 'Write and run queries here. It needs no internet.' },
        ...(hasConsole
          ? [{ href: 'console', title: 'Console', text: 'Share images, and accept those that are shared with you.' }]
          : []),
      ],
      more: `
    <div id="sandbox"></div>
    <script type="application/json" id="sample">${JSON.stringify(sample).replaceAll('<', '\\u003c')}</script>
    <script src="explorer/sandbox.js"></script>`,
      policy: [`script-src 'self' ${sandboxScripts}`, `frame-src ${sandboxFrame}`],
    }),
  });
  return {
    '/graphql': {
      GET(request, response, target) {
        if (!prefersHtml(request.headers.accept)) return otherwise(request, response, target);
        return page(request, response);
      },
      POST: otherwise,
    },
    '/explorer/sandbox.js': { GET: createFileHandler({ type: 'text/javascript; charset=utf-8', body: startScript }) },
  };
}
