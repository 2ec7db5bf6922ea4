import { fileURLToPath } from 'node:url';
import type { Registry } from 'prom-client';
import { createConsoleRoutes, type Person } from './console.ts';
import { createExplorerRoutes, type ExplorerSample } from './explorer.ts';
import { createReadyz, healthz, type Readiness } from './health.ts';
import { createLandingPage } from './landing-page.ts';
import { createMetricsHandler } from './metrics.ts';
import type { Handler, Routes } from './server.ts';
import { createFileHandler } from './static-files.ts';

/** What the routes lead to. */
export interface RouteOptions {
  /** Answers GraphQL requests. */
  readonly graphql: Handler;
  /** Makes the page that browsers get at `/graphql`; null: there is none. */
  readonly landingPage: (() => Promise<string>) | null;
  /** What the explorer opens with; null: there is no explorer. */
  readonly explorer: ExplorerSample | null;
  /** The schema as clients see it, in SDL; null: it is not shown. */
  readonly clientSchema: string | null;
  /** Whom the console offers to be; null: there is no console. */
  readonly console: readonly Person[] | null;
}

/** Browsers show it, where they would save what they do not know. */
const plainText = 'text/plain; charset=utf-8';

/** Where the built console is. */
const consoleFolder = fileURLToPath(new URL('../../frontend/console/dist', import.meta.url));

/** Everything that the gateway serves to callers, by path. */
export function createRoutes(options: RouteOptions): Routes {
  const { graphql, landingPage, explorer, clientSchema, console } = options;
  return {
    '/graphql': { GET: landingPage === null ? graphql : createLandingPage(landingPage, graphql), POST: graphql },
    ...(clientSchema !== null && {
      '/schema.graphql': { GET: createFileHandler({ type: plainText, body: clientSchema }) },
    }),
    ...(explorer !== null && createExplorerRoutes(explorer)),
    ...(console !== null && createConsoleRoutes(consoleFolder, console)),
  };
}

/** What operators ask: health and metrics. */
export function createOperatorRoutes(whyNotReady: Readiness, registry: Registry): Routes {
  return {
    '/healthz': { GET: healthz, always: true },
    '/readyz': { GET: createReadyz(whyNotReady), always: true },
    '/metrics': { GET: createMetricsHandler(registry), always: true },
  };
}
