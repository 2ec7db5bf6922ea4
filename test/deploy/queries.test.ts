import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.ts';
import { createProcessRegistry } from '../../src/http/registry.ts';
import { createLogger } from '../../src/logging/log.ts';
import { parseSettings } from '../../src/settings/parse-settings.ts';
import { healthy, startFaultUpstream } from '../faults/fault-upstream.ts';
import { alerts, dashboard, queries } from './queries.ts';

/** The series that `/metrics` exposes, with the labels that each may have. */
async function exposed(): Promise<Map<string, readonly string[]>> {
  await using upstream = await startFaultUpstream((socket, request) => void socket.write(healthy(request)));
  const registry = createProcessRegistry();
  const { imagesApiUrl, ...settings } = parseSettings({ PORT: '0', IMAGES_API_URL: upstream.url });
  await using app = await createApp({
    settings: { ...settings, imagesApiUrl: imagesApiUrl as URL },
    log: createLogger('silent', 'iso', () => {}),
    registry,
    sample: { document: '', headers: {} },
  });
  const text = await (await fetch(`${await app.listen()}/metrics`)).text();
  const declared = registry.getMetricsAsArray().map((metric) => {
    const { name, labelNames } = metric as typeof metric & { readonly labelNames: readonly string[] };
    return [name.replace(/_total$/, ''), labelNames] as const;
  });
  const labelNames = new Map(declared);
  const series = new Map<string, readonly string[]>();
  for (const [, name = '', type] of text.matchAll(/^# TYPE (\w+) (\w+)/gm)) {
    const labels = labelNames.get(name.replace(/_total$/, '')) ?? expect.fail(`${name} is not declared`);
    series.set(name, labels);
    if (type !== 'histogram') continue;
    for (const part of ['sum', 'count']) series.set(`${name}_${part}`, labels);
    series.set(`${name}_bucket`, [...labels, 'le']);
  }
  return series;
}

const words = new Set(['sum', 'max', 'min', 'by', 'rate', 'increase', 'topk', 'histogram_quantile', 'le']);

describe('the queries of the dashboard and of the alerts', async () => {
  const series = await exposed();

  it('exist', () => {
    expect(dashboard.panels.length).toBeGreaterThan(15);
    expect(alerts.length).toBeGreaterThan(12);
  });

  it.each(queries)('%s: queries exposed series: %s', (_title, expr) => {
    const metrics = [...expr.matchAll(/\b((?:image_gateway|nodejs|process)_\w+)(\{[^}]*\})?/g)];
    expect(metrics.length).toBeGreaterThan(0);
    const names = metrics.map(([, name = '']) => name);
    for (const name of names) expect([...series.keys()]).toContain(name);
    for (const [, name = '', matchers = ''] of metrics) {
      for (const [, label = ''] of matchers.matchAll(/(\w+)[=!]/g)) expect(series.get(name)).toContain(label);
    }
    const grouped = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(', '));
    for (const label of grouped.filter((candidate) => candidate !== 'instance' && !words.has(candidate))) {
      expect(names.flatMap((name) => series.get(name) ?? [])).toContain(label);
    }
  });

  it('of each alert lead to a page that says what to do, and each page belongs to an alert', () => {
    const root = new URL('../../', import.meta.url);
    const pages = readdirSync(new URL('docs/runbooks', root)).map((file) => `docs/runbooks/${file}`);
    expect(alerts.map(({ runbook }) => runbook).sort()).toEqual(pages.sort());
    for (const { name, runbook = '' } of alerts) {
      const page = readFileSync(new URL(runbook, root), 'utf8');
      expect(page).toMatch(new RegExp(`^# ${name}\\n`));
      for (const heading of ['Impact', 'Look at', 'Do']) expect(page, runbook).toContain(`\n## ${heading}\n`);
    }
  });

  it('use in their legends only labels that they group by', () => {
    for (const { targets } of dashboard.panels) {
      for (const { expr, legendFormat } of targets) {
        for (const [, label = ''] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) {
          if (label !== 'instance') expect(expr).toMatch(new RegExp(`by \\([^)]*\\b${label}\\b`));
        }
      }
    }
  });

  it('cover every metric of the gateway', () => {
    const own = [...series.keys()].filter((name) => name.startsWith('image_gateway_'));
    const asked = queries.map(([, expr]) => expr).join('\n');
    for (const name of own) expect(asked).toContain(name.replace(/_(?:bucket|sum|count)$/, ''));
  });
});
