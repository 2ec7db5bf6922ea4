import { describe, expect, it } from 'vitest';
import type { Environment } from '../../src/settings/parse-settings.ts';
import { startCollector } from '../support/collector.ts';
import { startGateway } from '../support/gateway.ts';
import { sendJson, startUpstream } from '../support/upstream.ts';
import { canarySecret, canaryToken, healthy, imageId } from './fault-upstream.ts';
import { operations } from './harness.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const traced = { traceparent: `00-${traceId}-b7ad6b7169203331-01`, tracestate: 'vendor=1', baggage: 'user=a-person' };

/** Headers that must not be forwarded: identities, addresses, cookies, and those that control a connection or a cache. */
const hostile = {
  cookie: 'a=b',
  forwarded: 'for=192.0.2.1',
  'x-forwarded-for': '192.0.2.1',
  'x-forwarded-host': 'attacker.example',
  'x-real-ip': '192.0.2.1',
  'x-identity-status': 'Confirmed',
  'x-roles': 'admin',
  'x-project-id': '0'.repeat(32),
  'x-user-id': '0'.repeat(32),
  'x-tenant-id': '0'.repeat(32),
  'x-is-admin-project': 'True',
  'x-service-token': 'a-service-token',
  'x-subject-token': 'the-token-of-someone-else',
  'x-image-meta-owner': '0'.repeat(32),
  'openstack-api-version': 'image 2.0',
  'x-http-method-override': 'DELETE',
  'x-router-secret': canarySecret,
  'x-request-id': 'req-of-caller',
  'x-b3-traceid': traceId,
  'if-none-match': '*',
  range: 'bytes=0-1',
  'proxy-authorization': 'Basic YTpi',
  'user-agent': 'a-caller',
  origin: 'https://attacker.example',
  referer: 'https://attacker.example/',
  'accept-language': 'en',
};

/** The names of the headers of every call that this operation causes, by the call. */
async function send(
  query: string,
  headers: Readonly<Record<string, string>> = {},
  environment: Environment = {},
): Promise<Readonly<Record<string, readonly string[]>>> {
  await using upstream = await startUpstream((response, { method, target }) => {
    const [, body = ''] = healthy({ method, target }).split('\r\n\r\n');
    if (body === '') response.writeHead(204).end();
    else sendJson(response, 200, JSON.parse(body));
  });
  await using gateway = await startGateway(upstream.url, { IDENTITY_API_URL: upstream.url, ...environment });
  await gateway.query(canaryToken, query, {}, { ...hostile, ...headers });
  const calls = upstream.received.map(({ method, target, headers: sent }) => {
    for (const [name, value] of sent) {
      if (name === 'x-auth-token' || name === 'x-subject-token') expect(value).toBe(canaryToken);
      else expect(Object.entries(hostile)).not.toContainEqual([name, value]);
    }
    const path = target
      .replace(/\?.*/, '')
      .replace(imageId, '{id}')
      .replace(/members\/.*/, 'members/{member}');
    return [`${method} ${path}`, sent.map(([name]) => name).sort()] as const;
  });
  return Object.fromEntries(calls);
}

const always = ['accept', 'accept-encoding', 'connection', 'host', 'x-auth-token', 'x-openstack-request-id'];
const withBody = [...always, 'content-length', 'content-type'].sort();
const aboutToken = [...always, 'x-subject-token'].sort();
const rename = `mutation { updateImage(input: { imageId: "${imageId}", name: "a name" }) { image { id } } }`;

describe.each([
  ['a read', operations.members, 'GET /v2/images/{id}/members', always],
  ['a write that adds a member', operations.create, 'POST /v2/images/{id}/members', withBody],
  ['a write that changes a status', operations.update, 'PUT /v2/images/{id}/members/{member}', withBody],
  ['a write that changes an image', rename, 'PATCH /v2/images/{id}', withBody],
  ['a removal', operations.delete, 'DELETE /v2/images/{id}/members/{member}', always],
  ['a lookup of the token', '{ viewer { user { name } } }', 'GET /v3/auth/tokens', aboutToken],
  ["a list of the user's projects", '{ viewer { projects { name } } }', 'GET /v3/auth/projects', always],
])('%s sends exactly the documented headers', (_what, query, call, expected) => {
  it('of a caller without a trace', async () => {
    expect((await send(query))[call]).toEqual(expected);
  });

  it('of a caller with a trace: its trace context is forwarded, its baggage is not', async () => {
    expect((await send(query, traced))[call]).toEqual([...expected, 'traceparent', 'tracestate'].sort());
  });

  it('with tracing on', async () => {
    await using collector = await startCollector();
    const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
    expect((await send(query, {}, environment))[call]).toEqual([...expected, 'traceparent'].sort());
    expect((await send(query, traced, environment))[call]).toEqual([...expected, 'traceparent', 'tracestate'].sort());
  });

  it('with tracing on, and the baggage of callers asked for', async () => {
    await using collector = await startCollector();
    const environment = {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_PROPAGATORS: 'tracecontext,baggage',
    };
    const all = [...expected, 'baggage', 'traceparent', 'tracestate'];
    expect((await send(query, traced, environment))[call]).toEqual(all.sort());
  });
});

it("the caller's request id is sent on, so that it appears in Glance's log", async () => {
  await using upstream = await startUpstream((response) => sendJson(response, 200, { images: [] }));
  await using gateway = await startGateway(upstream.url);
  await gateway.query(canaryToken, operations.images, {}, { 'x-openstack-request-id': 'req-of-caller' });
  expect(upstream.received[0]?.headers).toContainEqual(['x-openstack-request-id', 'req-of-caller']);
});

it('the check of readiness sends neither a token nor anything else of a caller', async () => {
  await using upstream = await startUpstream((response) => sendJson(response, 200, { images: [] }));
  await using gateway = await startGateway(upstream.url);
  await fetch(`${gateway.url}/readyz`, { headers: { ...hostile, ...traced, 'x-auth-token': canaryToken } });
  const names = upstream.received.flatMap(({ headers }) => headers.map(([name]) => name));
  expect(upstream.received.length).toBeGreaterThan(0);
  expect([...new Set(names)].sort()).toEqual(['accept', 'accept-encoding', 'connection', 'host']);
});
