import Negotiator from 'negotiator';
import { type MetricValueWithName, Registry } from 'prom-client';
import { maxAcceptCharacters } from './media-type.ts';
import type { MetricsRegistry } from './registry.ts';
import type { Handler } from './server.ts';

const openMetrics = 'application/openmetrics-text';

/** `GET /metrics`: the registry as OpenMetrics if `Accept` prefers it, otherwise in Prometheus' text format. */
export function createMetricsHandler(registry: MetricsRegistry): Handler {
  return async (request, response) => {
    const isOpenMetrics = prefersOpenMetrics(request.headers.accept);
    const text = await toText(registry, isOpenMetrics);
    response.writeHead(200, {
      'content-type': isOpenMetrics ? Registry.OPENMETRICS_CONTENT_TYPE : Registry.PROMETHEUS_CONTENT_TYPE,
      'content-length': Buffer.byteLength(text),
      vary: 'Accept',
    });
    response.end(text);
  };
}

/** Ignores the parameters for version and escaping, because only one of each is available. */
function prefersOpenMetrics(accept = '*/*'): boolean {
  if (accept.length > maxAcceptCharacters) return false;
  const headers = { accept: accept.replaceAll(/;\s*(?!q=)[\w-]+=[^;,]*/gi, '') };
  return new Negotiator({ headers }).mediaType(['text/plain', openMetrics]) === openMetrics;
}

/** A value with an optional exemplar, as in histograms. */
type Value = MetricValueWithName<string> & {
  readonly exemplar?: { readonly labelSet: object; readonly value: number; readonly timestamp: number } | null;
};

/**
 * Writes the registry in either format. prom-client's own writer permanently renames the registry's counters when it writes
 * OpenMetrics, so it can serve only one of the two. Source: Prometheus, "Exposition formats"; OpenMetrics 1.0, "Text
 * Format".
 */
async function toText(registry: MetricsRegistry, isOpenMetrics: boolean): Promise<string> {
  const metrics = await registry.getMetricsAsJSON();
  const lines = metrics.flatMap(({ name, help, type, values }) => {
    const isCounter = String(type) === 'counter';
    const family = isCounter && isOpenMetrics ? name.replace(/_total$/, '') : name;
    return [
      `# HELP ${family} ${escapeText(help)}`,
      `# TYPE ${family} ${type}`,
      ...values.map((value: Value) => toSample(name, value, isOpenMetrics)),
    ];
  });
  return `${lines.join('\n')}\n${isOpenMetrics ? '# EOF\n' : ''}`;
}

function toSample(name: string, { metricName = name, labels, value, exemplar }: Value, isOpenMetrics: boolean): string {
  const sample = `${metricName}${toLabels(labels)} ${toNumber(value)}`;
  if (!exemplar || !isOpenMetrics) return sample;
  return `${sample} # ${toLabels(exemplar.labelSet)} ${toNumber(exemplar.value)} ${exemplar.timestamp}`;
}

function toLabels(labels: object): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeText(String(value))}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function toNumber(value: number): string {
  return String(value).replace('Infinity', 'Inf');
}

function escapeText(text: string): string {
  return text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/"/g, '\\"');
}
