import { fileURLToPath } from 'node:url';
import type { Registry } from 'prom-client';
import { createConsoleRoutes, type Person } from './console.ts';
import { createExplorerRoutes, type ExplorerSample } from './explorer.ts';
import { createReadyz, healthz, type Readiness } from './health.ts';
import { createLandingPage } from './landing-page.ts';
import { createMetricsHandler } from './metrics.ts';
import type { Handler, Routes } from './server.ts';

/** What the routes lead to. */
export interface RouteOptions {
  /** Answers GraphQL requests. */
  readonly graphql: Handler;
  /** Makes the page that browsers get at `/graphql`; null: there is none. */
  readonly landingPage: (() => Promise<string>) | null;
  /** What the explorer opens with; null: there is no explorer. */
  readonly explorer: ExplorerSample | null;
  /** Whom the console offers to be; null: there is no console. */
  readonly console: readonly Person[] | null;
  readonly whyNotReady: Readiness;
  readonly registry: Registry;
}

/** Where the built console is. */
const consoleFolder = fileURLToPath(new URL('../../frontend/console/dist', import.meta.url));

/** Everything that the gateway serves, by path. */
export function createRoutes({ graphql, landingPage, explorer, console, ...options }: RouteOptions): Routes {
  return {
    '/graphql': { GET: landingPage === null ? graphql : createLandingPage(landingPage, graphql), POST: graphql },
    ...(explorer !== null && createExplorerRoutes(explorer)),
    ...(console !== null && createConsoleRoutes(consoleFolder, console)),
    '/healthz': { GET: healthz, always: true },
    '/readyz': { GET: createReadyz(options.whyNotReady), always: true },
    '/metrics': { GET: createMetricsHandler(options.registry), always: true },
  };
}
