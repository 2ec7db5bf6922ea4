import { collectDefaultMetrics, type OpenMetricsContentType, Registry } from 'prom-client';

/** Holds metrics. Its type is the only one under which prom-client keeps exemplars; the page is written in either. */
export type MetricsRegistry = Registry<OpenMetricsContentType>;

/** Gauges whose names end as those of counters must; each is the sum of another metric that has labels. */
const misnamed = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/** Makes an empty registry. */
export function createRegistry(): MetricsRegistry {
  const registry: MetricsRegistry = new Registry();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  return registry;
}

/** Makes a registry with what is measured of the process itself: CPU time, memory, garbage collection, event loop. */
export function createProcessRegistry(): MetricsRegistry {
  const registry = createRegistry();
  collectDefaultMetrics({ register: registry });
  for (const name of misnamed) registry.removeSingleMetric(name);
  return registry;
}
