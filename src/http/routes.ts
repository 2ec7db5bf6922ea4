import { fileURLToPath } from 'node:url';
import type { Registry } from 'prom-client';
import { createConsoleRoutes, type Person } from './console.ts';
import { createExplorerRoutes, type ExplorerSample } from './explorer.ts';
import { createFrontPage } from './front-page.ts';
import { createReadyz, healthz, type Readiness } from './health.ts';
import { createLandingPage } from './landing-page.ts';
import { createMetricsHandler } from './metrics.ts';
import type { Handler, Routes } from './server.ts';

/** What the routes lead to. */
export interface RouteOptions {
  /** Answers GraphQL requests. */
  readonly graphql: Handler;
  /** What the explorers open with; null: there are none, and no page for browsers at `/graphql`. */
  readonly explorer: ExplorerSample | null;
  /** Whom the console offers to be; null: there is no console. */
  readonly console: readonly Person[] | null;
  readonly whyNotReady: Readiness;
  readonly registry: Registry;
}

/** Where the built console is. */
const consoleFolder = fileURLToPath(new URL('../../frontend/console/dist', import.meta.url));

/** Everything that the gateway serves, by path. */
export function createRoutes({ graphql, explorer, console, ...options }: RouteOptions): Routes {
  const routes: Routes = {
    ...(explorer === null
      ? { '/graphql': { GET: graphql, POST: graphql } }
      : createLandingPage(explorer, console !== null, graphql)),
    ...(explorer !== null && createExplorerRoutes(explorer, console !== null)),
    ...(console !== null && createConsoleRoutes(consoleFolder, console)),
    '/healthz': { GET: healthz, always: true },
    '/readyz': { GET: createReadyz(options.whyNotReady), always: true },
    '/metrics': { GET: createMetricsHandler(options.registry), always: true },
  };
  return { ...routes, '/': { GET: createFrontPage(Object.keys(routes)) } };
}
