import { fileURLToPath } from 'node:url';
import type { Registry } from 'prom-client';
import { createConsoleRoutes, type Person } from './console.ts';
import { createExplorerRoutes, type ExplorerSample } from './explorer.ts';
import { createReadyz, healthz, type Readiness } from './health.ts';
import { createLandingPage } from './landing-page.ts';
import { createMetricsHandler } from './metrics.ts';
import type { Handler, Routes } from './server.ts';
import { createFileHandler } from './static-files.ts';

/** The handlers behind the routes. */
export interface RouteOptions {
  /** Answers GraphQL requests. */
  readonly graphql: Handler;
  /** Loads the page that browsers get at `/graphql`; null: no page. */
  readonly landingPage: (() => Promise<string>) | null;
  /** The document and headers that the explorer opens with; null: no explorer. */
  readonly explorer: ExplorerSample | null;
  /** The client schema in SDL; null: it is not served. */
  readonly clientSchema: string | null;
  /** The demo users that the console offers; null: no console. */
  readonly console: readonly Person[] | null;
  readonly whyNotReady: Readiness;
  readonly registry: Registry;
}

/** Browsers display this type, and would download an unknown one. */
const plainText = 'text/plain; charset=utf-8';

/** The folder of the built console. */
const consoleFolder = fileURLToPath(new URL('../../frontend/console/dist', import.meta.url));

/** All routes of the gateway, by path. */
export function createRoutes(options: RouteOptions): Routes {
  const { graphql, landingPage, explorer, clientSchema, console } = options;
  return {
    '/graphql': { GET: landingPage === null ? graphql : createLandingPage(landingPage, graphql), POST: graphql },
    ...(clientSchema !== null && {
      '/schema.graphql': { GET: createFileHandler({ type: plainText, body: clientSchema }) },
    }),
    ...(explorer !== null && createExplorerRoutes(explorer)),
    ...(console !== null && createConsoleRoutes(consoleFolder, console)),
    '/healthz': { GET: healthz, always: true },
    '/readyz': { GET: createReadyz(options.whyNotReady), always: true },
    '/metrics': { GET: createMetricsHandler(options.registry), always: true },
  };
}
