import { fileURLToPath } from 'node:url';
import { packageFolder } from '../package.ts';
import { createConsoleRoutes, type Person } from './console.ts';
import { createExplorerRoutes, type ExplorerSample } from './explorer.ts';
import { createFrontPage } from './front-page.ts';
import { createReadyz, healthz, type Readiness } from './health.ts';
import { createLandingPage } from './landing-page.ts';
import { createMetricsHandler } from './metrics-page.ts';
import type { MetricsRegistry } from './registry.ts';
import type { Handler, Routes } from './server.ts';
import { createFileHandler, type FileHandler } from './static-files.ts';

/** The handlers behind the routes. */
export interface RouteOptions {
  /** Answers GraphQL requests. */
  readonly graphql: Handler;
  /** The document and headers that the explorers open with; null: no explorer, and no page at `/graphql`. */
  readonly explorer: ExplorerSample | null;
  /** Prints the client schema in SDL; null: it is not served. */
  readonly clientSchema: (() => string) | null;
  /** The demo users that the console offers; null: no console. */
  readonly console: readonly Person[] | null;
}

/** Browsers display this type, and would download an unknown one. */
const plainText = 'text/plain; charset=utf-8';

/** The folder of the built console. */
const consoleFolder = fileURLToPath(new URL('frontend/console/dist', packageFolder));

/** All routes of the gateway, by path. */
export function createRoutes({ graphql, explorer, clientSchema, console }: RouteOptions): Routes {
  const routes: Routes = {
    ...(explorer === null
      ? { '/graphql': { GET: graphql, POST: graphql } }
      : createLandingPage(explorer, console !== null, graphql)),
    ...(clientSchema !== null && {
      '/schema.graphql': { GET: createTextHandler(clientSchema) },
    }),
    ...(explorer !== null && createExplorerRoutes(explorer, console !== null)),
    ...(console !== null && createConsoleRoutes(consoleFolder, console)),
  };
  return { ...routes, '/': { GET: createFrontPage(Object.keys(routes)) } };
}

/** Answers with a text that is printed at the first request. */
function createTextHandler(print: () => string): Handler {
  let handler: FileHandler | undefined;
  return (request, response) => {
    handler ??= createFileHandler({ type: plainText, body: print() });
    return handler(request, response);
  };
}

/** What operators ask: health and metrics. */
export function createOperatorRoutes(whyNotReady: Readiness, registry: MetricsRegistry): Routes {
  return {
    '/healthz': { GET: healthz, always: true },
    '/readyz': { GET: createReadyz(whyNotReady), always: true },
    '/metrics': { GET: createMetricsHandler(registry), always: true },
  };
}
