import { createRequire } from 'node:module';
import { type Handler, type Routes, sendText } from './server.ts';
import { createFileHandler, type FileHandler } from './static-files.ts';

/** The document and headers that the explorer opens with. */
export interface ExplorerSample {
  readonly document: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Exports of the package: GraphiQL with its editor, and the scripts of the editor's workers. */
type GraphiQL = typeof import('@graphql-yoga/render-graphiql/graphiql');

/** The editor creates its own style elements and fonts; all else comes from the gateway. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Starts GraphiQL. A token typed into its header editor is not stored. */
const startScript = `
  self.MonacoEnvironment = {
    globalAPI: false,
    getWorkerUrl: (_module, label) => new URL('explorer/' + label + '.js', document.baseURI).href,
  };
  const { document: query, headers } = JSON.parse(document.querySelector('#sample').textContent);
  YogaGraphiQL.renderYogaGraphiQL(document.querySelector('#root'), {
    endpoint: 'graphql',
    title: 'Image sharing',
    logo: ' ',
    defaultQuery: query,
    headers: JSON.stringify(headers, null, 2),
    shouldPersistHeaders: false,
  });
`;

const style = `
  body { display: flex; flex-direction: column; height: 100dvh; margin: 0 }
  nav { padding: .25rem 1rem; font: .875rem/1.5 system-ui, sans-serif; background: #1b2129 }
  nav a { color: #fff }
  #root { flex: 1; min-height: 0 }
`;

/** All URLs are relative, because a proxy may serve the gateway under a path prefix. */
function toPage(sample: ExplorerSample, hasConsole: boolean): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Explorer: image sharing</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="explorer/graphiql.css">
    <style>${style}</style>
  </head>
  <body>
    <noscript>The explorer needs JavaScript.</noscript>
    ${hasConsole ? '<nav aria-label="Elsewhere"><a href="console">Console</a></nav>' : ''}
    <div id="root"></div>
    <script type="application/json" id="sample">${JSON.stringify(sample).replaceAll('<', '\\u003c')}</script>
    <script src="explorer/graphiql.js"></script>
    <script src="explorer/start.js"></script>
  </body>
</html>
`;
}

const css = 'text/css; charset=utf-8';
const js = 'text/javascript; charset=utf-8';

const require = createRequire(import.meta.url);

const packageName = '@graphql-yoga/render-graphiql';

const loadGraphiQL = async (): Promise<GraphiQL> => require(`${packageName}/graphiql`);

/** Whether GraphiQL is installed. It is an optional dependency, because it is large. */
export function isExplorerInstalled(): boolean {
  try {
    require.resolve(packageName);
    return true;
  } catch {
    return false;
  }
}

/** Answers with how to install GraphiQL. */
const missing: Routes = {
  '/explorer': {
    GET: (_request, response) =>
      sendText(response, 404, `The explorer is not installed. Install it by: npm install ${packageName}\n`),
  },
};

/** The routes of an explorer that works offline. Its nine megabytes are loaded at the first request. */
export function createExplorerRoutes(sample: ExplorerSample, hasConsole = false, load = loadGraphiQL): Routes {
  if (!isExplorerInstalled()) return missing;
  let graphiql: Promise<GraphiQL> | undefined;
  function fromPackage(type: string, part: keyof GraphiQL): { readonly GET: Handler } {
    let handler: FileHandler | undefined;
    return {
      async GET(request, response) {
        graphiql ??= load();
        handler ??= createFileHandler({ type, body: Buffer.from((await graphiql)[part]) });
        return handler(request, response);
      },
    };
  }
  return {
    '/explorer': {
      GET: createFileHandler({ type: 'text/html; charset=utf-8', body: toPage(sample, hasConsole), policy }),
    },
    '/explorer/start.js': { GET: createFileHandler({ type: js, body: startScript }) },
    '/explorer/graphiql.js': fromPackage(js, 'js'),
    '/explorer/graphiql.css': fromPackage(css, 'css'),
    '/explorer/editorWorkerService.js': fromPackage(js, 'editorWorkerService'),
    '/explorer/graphql.js': fromPackage(js, 'graphqlWorker'),
    '/explorer/json.js': fromPackage(js, 'jsonWorker'),
  };
}
