import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Collector, startCollector } from '../support/collector.ts';
import { listen } from '../support/listen.ts';
import { type Program, startProgram } from '../support/program.ts';
import { queries } from './queries.ts';

const rules = fileURLToPath(new URL('../../deploy/prometheus/', import.meta.url));

/** Runs promtool. @returns its exit code and all that it wrote. */
async function promtool(args: readonly string[], input = ''): Promise<{ code: number | null; output: string }> {
  const child = execFile('promtool', args);
  let output = '';
  child.stdout?.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    output += chunk;
  });
  child.stdin?.end(input);
  const [code] = await once(child, 'close');
  return { code: code as number | null, output };
}

let collector: Collector;
let gateway: Program;
let url: string;
let prometheusUrl: string;
const running = new AsyncDisposableStack();

/** Asks Prometheus. @returns the series of the answer. */
async function ask(path: string, parameters: Readonly<Record<string, string>>): Promise<readonly unknown[]> {
  const response = await fetch(`${prometheusUrl}/api/v1/${path}?${new URLSearchParams(parameters)}`);
  const { status, error, data } = (await response.json()) as {
    status: string;
    error?: string;
    data?: readonly unknown[] | { readonly result: readonly unknown[] };
  };
  expect({ status, error }).toEqual({ status: 'success', error: undefined });
  return data === undefined ? [] : 'result' in data ? data.result : data;
}

const subscription = `subscription { sharedWithMeChanged { changes { action } } }`;

/** Subscribes as a consumer, and waits for the first payload. */
async function subscribe(signal: AbortSignal): Promise<void> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      accept: 'text/event-stream',
      'content-type': 'application/json',
      'x-auth-token': 'demo-consumer-a-token',
    },
    body: JSON.stringify({ query: subscription }),
    signal,
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = ''; !text.includes('sharedWithMeChanged'); ) {
    const { done, value = '' } = (await reader?.read()) ?? { done: true };
    if (done) expect.fail(`the subscription ended: ${text}`);
    text += value;
  }
}

/**
 * Some of all that the dashboard shows: operations that succeed and fail, requests that are refused, a subscription that
 * stays open and one that ends, and a change that they are notified of.
 */
async function makeTraffic(): Promise<void> {
  const [staying, leaving] = [new AbortController(), new AbortController()];
  running.defer(() => staying.abort());
  await subscribe(staying.signal);
  await subscribe(leaving.signal);
  leaving.abort();
  const send = (token: string, body: string) =>
    fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-auth-token': token, 'apollographql-client-name': 'suite' },
      body,
    }).then((response) => response.text());
  for (const query of ['query Images { images { nodes { id members { id } } } }', '{ nothing }', '{']) {
    await send('demo-producer-token', JSON.stringify({ query }));
  }
  const created = 'createImageMember(input: { imageId: "7b1e4d02-93c8-4f5a-8e66-a0d47c915f3e", memberId: "suite" })';
  await send('demo-producer-token', JSON.stringify({ query: `mutation { ${created} { userErrors { code } } }` }));
  await send('not-a-token', JSON.stringify({ query: '{ images { nodes { id } } }' }));
  await send('demo-producer-token', 'no JSON');
}

async function freePort(): Promise<number> {
  await using server = await listen(createServer());
  return Number(new URL(server.url).port);
}

async function startPrometheus(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'prometheus-'));
  running.defer(() => rmSync(folder, { recursive: true, force: true }));
  const config = {
    global: { scrape_interval: '500ms', evaluation_interval: '500ms' },
    rule_files: [join(rules, 'alerts.yml')],
    scrape_configs: [{ job_name: 'gateway', static_configs: [{ targets: [new URL(url).host] }] }],
  };
  // JSON is YAML.
  writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify(config));
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(
    'prometheus',
    [
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=${address}`,
      '--enable-feature=exemplar-storage',
    ],
    { stdio: 'ignore' },
  );
  running.defer(async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  return `http://${address}`;
}

beforeAll(async () => {
  collector = running.use(await startCollector());
  gateway = running.use(
    startProgram({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_BSP_SCHEDULE_DELAY: '100',
      MAX_EVENT_LOOP_DELAY_MS: '60000',
    }),
  );
  url = await gateway.url;
  await makeTraffic();
  prometheusUrl = await startPrometheus();
  const scrapes = () =>
    ask('query', { query: 'count_over_time(up{job="gateway"}[1m]) > 4' }).catch(() => [] as readonly unknown[]);
  await vi.waitUntil(async () => (await scrapes()).length > 0, { timeout: 40_000, interval: 500 });
  await makeTraffic();
  await new Promise((resolve) => setTimeout(resolve, 1_500));
});

afterAll(() => running.disposeAsync());

it('promtool has nothing to say about the metrics', async () => {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(metrics).toContain('image_gateway_build_info{version=');
  expect(await promtool(['check', 'metrics'], metrics)).toEqual({ code: 0, output: '' });
});

it('promtool has nothing to say about the alerts, and they fire when they should', async () => {
  expect(await promtool(['check', 'rules', join(rules, 'alerts.yml')])).toMatchObject({ code: 0 });
  expect(await promtool(['test', 'rules', join(rules, 'alerts.test.yml')])).toMatchObject({ code: 0 });
});

describe('Prometheus', () => {
  /** What is shown only when something is wrong, or was asked for by nobody here. */
  const quiet = new Set(['Retries', 'Omitted rows', 'Untrusted documents', 'Refused operations and calls, by reason']);

  it.each(queries)('answers the query of %s: %s', async (title, expr) => {
    const series = await ask('query', { query: expr.replaceAll('$__rate_interval', '30s') });
    const isAlert = /[<>=] *[\d.]+$|^absent|^up == 0/.test(expr);
    if (!isAlert && !quiet.has(title)) expect(series, title).not.toEqual([]);
  });

  it('has no alert that fires while all is well', async () => {
    const firing = await ask('query', {
      query: 'ALERTS{alertname=~"InstanceDown|GatewayMissing|ImagesApiUnreachable"}',
    });
    expect(firing).toEqual([]);
  });

  it('asks for OpenMetrics, and finds exemplars there that lead to traces which the collector has', async () => {
    const now = Date.now() / 1000;
    for (const name of ['operation', 'upstream_attempt']) {
      const found = (await ask('query_exemplars', {
        query: `image_gateway_${name}_duration_seconds_bucket`,
        start: String(now - 300),
        end: String(now + 300),
      })) as readonly { exemplars: readonly { labels: Readonly<Record<string, string>> }[] }[];
      const ids = found.flatMap(({ exemplars }) => exemplars.map(({ labels }) => labels['trace_id']));
      expect(ids.length).toBeGreaterThan(0);
      for (const id of ids) expect(collector.spans.map(({ traceId }) => traceId)).toContain(id);
    }
  });
});
