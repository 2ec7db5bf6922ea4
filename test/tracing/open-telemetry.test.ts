import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import type { Environment } from '../../src/settings/parse-settings.ts';
import { canaryToken, healthy, startFaultUpstream } from '../faults/fault-upstream.ts';
import { operations } from '../faults/harness.ts';
import { startCollector } from '../support/collector.ts';
import { startGateway } from '../support/gateway.ts';
import { listen } from '../support/listen.ts';
import { startProgram } from '../support/program.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const callerSpanId = 'b7ad6b7169203331';
const fromCaller = { traceparent: `00-${traceId}-${callerSpanId}-01`, tracestate: 'vendor=1' };

/** Runs one query with tracing set up like this, and shows what every side saw of it. */
async function trace(
  environment: (collectorUrl: string) => Environment,
  { headers = {}, query = operations.members }: { headers?: Readonly<Record<string, string>>; query?: string } = {},
) {
  await using collector = await startCollector();
  await using upstream = await startFaultUpstream((socket, request) => void socket.write(healthy(request)));
  const gateway = await startGateway(upstream.url, environment(collector.url));
  const answer = await gateway.query(canaryToken, query, {}, headers);
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
  await gateway[Symbol.asyncDispose]();
  const lines = gateway.log.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  const { spans, requests } = collector;
  const server = spans.find(({ kind }) => kind === 'SPAN_KIND_SERVER');
  const clients = spans.filter(({ kind }) => kind === 'SPAN_KIND_CLIENT');
  return { answer, spans, server, clients, requests, lines, metrics, heads: upstream.received.map(({ head }) => head) };
}

/** Keeps a machine that is busy with other things from shedding what is asked here. */
const calm: Environment = { MAX_EVENT_LOOP_DELAY_MS: '60000', MAX_MEMORY_PERCENT: '100' };

const endpoint = (url: string): Environment => ({ OTEL_EXPORTER_OTLP_ENDPOINT: url });

/** The value of a header in the head of a request; undefined where it is absent. */
function readHeader(head: string, name: string): string | undefined {
  return new RegExp(`^${name}: (.*?)\\r?$`, 'im').exec(head)?.[1];
}

describe('a traced query', async () => {
  const { server, clients, spans, heads, lines } = await trace(endpoint, {
    headers: fromCaller,
    query: operations.members.replace('{', 'query Members {'),
  });

  it('is one span by the conventions for HTTP servers and GraphQL, below that of its caller', () => {
    expect(server).toMatchObject({ name: 'query', traceId, parentSpanId: callerSpanId, status: 'STATUS_CODE_UNSET' });
    expect(server?.attributes).toEqual({
      'http.request.method': 'POST',
      'http.route': '/graphql',
      'url.path': '/graphql',
      'url.scheme': 'http',
      'network.protocol.version': '1.1',
      'http.response.status_code': 200,
      'graphql.operation.type': 'query',
      'graphql.operation.name': 'Members',
    });
  });

  it('has one span below it for each call, by the conventions for HTTP clients, without ids', () => {
    expect(clients.length).toBe(heads.length);
    expect(spans.length).toBe(heads.length + 1);
    const members = clients.find(({ name }) => name === 'GET /v2/images/{image_id}/members');
    expect(members).toMatchObject({ traceId, parentSpanId: server?.spanId });
    expect(members?.attributes).toEqual({
      'http.request.method': 'GET',
      'server.address': '127.0.0.1',
      'server.port': expect.any(Number),
      'url.full': expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/v2\/images\/\{image_id\}\/members$/),
      'url.template': '/v2/images/{image_id}/members',
      'http.response.status_code': 200,
    });
  });

  it('tells upstream the span of each call, and passes tracestate on', () => {
    const sent = heads.map((head) => readHeader(head, 'traceparent'));
    expect(sent.sort()).toEqual(clients.map(({ spanId }) => `00-${traceId}-${spanId}-01`).sort());
    for (const head of heads) expect(readHeader(head, 'tracestate')).toBe('vendor=1');
  });

  it('is found from the lines of the log, and they from it', () => {
    const operation = lines.find(({ msg }) => msg === 'operation');
    expect(operation).toMatchObject({ trace_id: traceId, span_id: server?.spanId });
    const calls = lines.filter(({ msg }) => msg === 'upstream');
    expect(calls.map(({ span_id }) => span_id).sort()).toEqual(clients.map(({ spanId }) => spanId).sort());
  });

  it('names the version of the gateway', () => {
    expect(server?.resource).toMatchObject({
      'service.name': 'image-sharing-gateway',
      'service.version': manifest.version,
      'service.instance.id': expect.stringMatching(/^[\da-f-]{36}$/),
      'telemetry.sdk.name': 'opentelemetry',
    });
  });
});

describe('each variable', () => {
  it('OTEL_EXPORTER_OTLP_ENDPOINT is the base of the address', async () => {
    const { requests, spans } = await trace((url) => endpoint(`${url}/prefix/`));
    expect(requests.map(({ path }) => path)).toEqual(['/prefix/v1/traces']);
    expect(spans.length).toBeGreaterThan(1);
  });

  it('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is the whole address, and turns traces on by itself', async () => {
    const { requests, spans } = await trace((url) => ({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${url}/own/path` }));
    expect(requests.map(({ path }) => path)).toEqual(['/own/path']);
    expect(spans.length).toBeGreaterThan(1);
  });

  it.each([
    [{}, 'application/x-protobuf'],
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' }, 'application/x-protobuf'],
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }, 'application/json'],
    [
      { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json', OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/protobuf' },
      'application/x-protobuf',
    ],
  ])('with %o the collector receives %s', async (environment, contentType) => {
    const { requests, spans, server } = await trace((url) => ({ ...endpoint(url), ...environment }));
    expect(requests.map(({ headers }) => headers['content-type'])).toEqual([contentType]);
    expect(spans.length).toBeGreaterThan(1);
    expect(server?.traceId).toMatch(/^[\da-f]{32}$/);
  });

  it('OTEL_EXPORTER_OTLP_HEADERS are sent, and those for traces come before them', async () => {
    const { requests } = await trace((url) => ({
      ...endpoint(url),
      OTEL_EXPORTER_OTLP_HEADERS: 'api-key=a%20key==,x-scope=all',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x-scope=traces',
    }));
    expect(requests[0]?.headers).toMatchObject({ 'api-key': 'a key==', 'x-scope': 'traces' });
  });

  it('OTEL_RESOURCE_ATTRIBUTES are added, and OTEL_SERVICE_NAME comes before them', async () => {
    const OTEL_RESOURCE_ATTRIBUTES = 'service.name=from-attributes,deployment.environment.name=a%2Cb';
    const attributes = await trace((url) => ({ ...endpoint(url), OTEL_RESOURCE_ATTRIBUTES }));
    expect(attributes.server?.resource).toMatchObject({
      'service.name': 'from-attributes',
      'deployment.environment.name': 'a,b',
    });
    const named = await trace((url) => ({ ...endpoint(url), OTEL_RESOURCE_ATTRIBUTES, OTEL_SERVICE_NAME: 'named' }));
    expect(named.server?.resource).toMatchObject({ 'service.name': 'named', 'deployment.environment.name': 'a,b' });
  });

  it.each([
    ['always_on', '1', '00', true],
    ['always_off', '1', '01', false],
    ['traceidratio', '0', '01', false],
    ['traceidratio', '1', '00', true],
    ['parentbased_always_on', '1', '00', false],
    ['parentbased_always_on', '1', null, true],
    ['parentbased_always_off', '1', null, false],
    ['parentbased_always_off', '1', '01', true],
    ['parentbased_traceidratio', '0.0', null, false],
    ['parentbased_traceidratio', '0', '01', true],
  ])('OTEL_TRACES_SAMPLER %s with %s, where the caller says %s: %s', async (sampler, ratio, flags, sampled) => {
    const { spans, heads } = await trace(
      (url) => ({ ...endpoint(url), OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: ratio }),
      { headers: flags === null ? {} : { traceparent: `00-${traceId}-${callerSpanId}-${flags}` } },
    );
    expect(spans.length > 0).toBe(sampled);
    for (const head of heads) {
      expect(readHeader(head, 'traceparent')).toMatch(new RegExp(`^00-[\\da-f]{32}-[\\da-f]{16}-0${Number(sampled)}$`));
    }
  });

  it.each([
    ['', true, undefined],
    ['tracecontext,baggage', true, 'a=b'],
    ['tracecontext', true, undefined],
    ['baggage', false, 'a=b'],
    ['none', false, undefined],
  ])('OTEL_PROPAGATORS %s', async (OTEL_PROPAGATORS, hasTrace, baggage) => {
    const { heads, server } = await trace((url) => ({ ...endpoint(url), OTEL_PROPAGATORS }), {
      headers: { ...fromCaller, baggage: 'a=b' },
    });
    expect(server?.traceId === traceId).toBe(hasTrace);
    for (const head of heads) {
      expect(readHeader(head, 'traceparent') !== undefined).toBe(hasTrace);
      expect(readHeader(head, 'baggage')).toBe(baggage);
    }
  });

  it.each([
    ['of 1,024 characters goes upstream', 'a'.repeat(1_022), true],
    ['of more is dropped', 'a'.repeat(1_023), false],
    ['that is longer once it is encoded is dropped', '"'.repeat(500), false],
    ['that is not ASCII is dropped', 'b;\u00e9', false],
  ])('baggage %s', async (_what, value, isSent) => {
    const OTEL_PROPAGATORS = 'tracecontext,baggage';
    const options = { headers: { ...fromCaller, baggage: `k=${value}` } };
    const { heads, answer } = await trace((url) => ({ ...endpoint(url), OTEL_PROPAGATORS }), options);
    expect(answer.errors).toBeUndefined();
    for (const head of heads) expect(readHeader(head, 'baggage') !== undefined).toBe(isSent);
  });

  it.each([
    ['no endpoint', () => ({})],
    ['OTEL_SDK_DISABLED', (url: string) => ({ ...endpoint(url), OTEL_SDK_DISABLED: 'true' })],
    ['OTEL_TRACES_EXPORTER none', (url: string) => ({ ...endpoint(url), OTEL_TRACES_EXPORTER: 'none' })],
  ])(
    'with %s nothing is exported, and the trace of the caller goes upstream as it came',
    async (_name, environment) => {
      const { requests, heads, lines } = await trace(environment, { headers: { ...fromCaller, baggage: 'a=b' } });
      expect(requests).toEqual([]);
      expect(heads.length).toBeGreaterThan(0);
      for (const head of heads) {
        expect(readHeader(head, 'traceparent')).toBe(fromCaller.traceparent);
        expect(readHeader(head, 'tracestate')).toBe(fromCaller.tracestate);
        expect(readHeader(head, 'baggage')).toBeUndefined();
      }
      expect(lines.find(({ msg }) => msg === 'operation')).toMatchObject({ trace_id: traceId, span_id: callerSpanId });
    },
  );

  it('OTEL_PROPAGATORS none passes nothing on without an endpoint either', async () => {
    const { heads } = await trace(() => ({ OTEL_PROPAGATORS: 'none' }), { headers: fromCaller });
    for (const head of heads) expect(readHeader(head, 'traceparent')).toBeUndefined();
  });
});

it('a span says whose fault a failure is: mistakes of callers are no errors', async () => {
  const mistake = await trace(endpoint, { query: '{ nothing }' });
  expect(mistake.server).toMatchObject({
    status: 'STATUS_CODE_UNSET',
    attributes: { 'error.type': 'GRAPHQL_VALIDATION_FAILED', 'http.response.status_code': 200 },
  });
  await using collector = await startCollector();
  await using upstream = await startFaultUpstream((socket) => void socket.destroy());
  const gateway = await startGateway(upstream.url, { ...endpoint(collector.url), UPSTREAM_RETRIES: '0' });
  await gateway.query(canaryToken, operations.members);
  await gateway[Symbol.asyncDispose]();
  expect(collector.spans.find(({ kind }) => kind === 'SPAN_KIND_SERVER')).toMatchObject({
    status: 'STATUS_CODE_ERROR',
    attributes: { 'error.type': 'UPSTREAM_UNAVAILABLE' },
  });
  expect(collector.spans.find(({ kind }) => kind === 'SPAN_KIND_CLIENT')).toMatchObject({
    status: 'STATUS_CODE_ERROR',
    attributes: { 'error.type': 'unreachable' },
  });
});

it('a request that is refused before it reaches GraphQL has a span with its status, and so has a subscription', async () => {
  await using collector = await startCollector();
  await using upstream = await startFaultUpstream((socket, request) => void socket.write(healthy(request)));
  const gateway = await startGateway(upstream.url, endpoint(collector.url));
  const url = `${gateway.url}/graphql`;
  const body = JSON.stringify({ query: 'subscription { imageMembersChanged(imageId: "..") { changes { action } } }' });
  const ask = (accept: string) => {
    const headers = { accept, 'content-type': 'application/json', 'x-auth-token': canaryToken };
    return fetch(url, { method: 'POST', headers, body });
  };
  expect((await ask('image/png')).status).toBe(406);
  expect(await (await ask('text/event-stream')).text()).toContain('BAD_USER_INPUT');
  await gateway[Symbol.asyncDispose]();
  const servers = collector.spans.filter(({ kind }) => kind === 'SPAN_KIND_SERVER');
  expect(servers.map(({ name, attributes }) => [name, attributes['http.response.status_code']])).toEqual([
    ['GraphQL Operation', 406],
    ['subscription', 200],
  ]);
});

it.each(['a collector that refuses connections', 'a collector that never answers'])(
  '%s costs nothing but spans, and holds up the end of the process by two seconds at most',
  async (name) => {
    await using silent = await listen(createServer(() => {}));
    await using upstream = await startFaultUpstream((socket, request) => void socket.write(healthy(request)));
    await using program = startProgram({
      ...calm,
      IMAGES_API_URL: upstream.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: name.includes('never') ? silent.url : 'http://127.0.0.1:9',
      OTEL_BSP_SCHEDULE_DELAY: '100',
    });
    const url = await program.url;
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-auth-token': canaryToken, connection: 'close' },
      body: JSON.stringify({ query: operations.members }),
    });
    expect(response.status).toBe(200);
    await response.text();
    const start = performance.now();
    program.child.kill('SIGTERM');
    expect(await program.ended).toBe(0);
    expect(performance.now() - start).toBeLessThan(4_000);
  },
);

it('spans are counted where they were sent, and where they were lost', async () => {
  await using collector = await startCollector();
  await using upstream = await startFaultUpstream((socket, request) => void socket.write(healthy(request)));
  const counted = async (environment: Environment): Promise<string> => {
    await using program = startProgram({
      ...calm,
      IMAGES_API_URL: upstream.url,
      OTEL_BSP_SCHEDULE_DELAY: '10',
      OTEL_EXPORTER_OTLP_TIMEOUT: '2000',
      ...environment,
    });
    const url = await program.url;
    const body = JSON.stringify({ query: operations.members });
    const headers = { 'content-type': 'application/json', 'x-auth-token': canaryToken };
    await (await fetch(`${url}/graphql`, { method: 'POST', headers, body })).text();
    const read = async () =>
      /^image_gateway_spans_total\{result="(\w+)"\}/m.exec(await (await fetch(`${url}/metrics`)).text())?.[1];
    await expect.poll(read).toBeDefined();
    return (await read()) ?? '';
  };
  const results = await Promise.all([counted(endpoint(collector.url)), counted(endpoint('http://127.0.0.1:9'))]);
  expect(results).toEqual(['sent', 'dropped']);
}, 40_000);

it('variables that the SDK reads itself have their effect, such as OTEL_EXPORTER_OTLP_COMPRESSION', async () => {
  await using collector = await startCollector();
  await using upstream = await startFaultUpstream((socket, request) => void socket.write(healthy(request)));
  await using program = startProgram({
    ...calm,
    ...endpoint(collector.url),
    IMAGES_API_URL: upstream.url,
    OTEL_BSP_SCHEDULE_DELAY: '10',
    OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
  });
  await (await fetch(`${await program.url}/graphql?query={__typename}`)).text();
  await expect.poll(() => collector.spans.length).toBeGreaterThan(0);
  expect(collector.requests[0]?.headers['content-encoding']).toBe('gzip');
});
