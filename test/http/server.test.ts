import { describe, expect, it } from 'vitest';
import { demoIdentities } from '../../src/simulator/seed.ts';
import { type ReceivedRequest, startSimulator } from '../../src/simulator/server.ts';
import { startGateway } from '../support/gateway.ts';
import { refusingUrl } from '../support/listen.ts';
import { rawRequest } from '../support/raw-request.ts';
import { sendJson, startUpstream } from '../support/upstream.ts';

const alone = async (environment = {}) => startGateway(refusingUrl, environment);

describe('a page of another origin', () => {
  const origin = 'https://sandbox.embed.apollographql.com';

  it('may send a preflight for a token header, as Apollo Sandbox does', async () => {
    await using gateway = await alone();
    const preflight = await fetch(`${gateway.url}/graphql`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type,x-auth-token',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
    expect(preflight.headers.get('access-control-allow-methods')).toContain('POST');
    expect(preflight.headers.get('access-control-allow-headers')).toBe('content-type,x-auth-token');
    expect(preflight.headers.get('access-control-allow-credentials')).toBeNull();
  });

  it('may introspect, and read the request id', async () => {
    await using gateway = await alone();
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { origin, 'content-type': 'application/json' },
      body: JSON.stringify({ query: 'query IntrospectionQuery { __schema { queryType { name } } }' }),
    });
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('access-control-expose-headers')).toBe('X-Request-Id,Retry-After');
    expect(await response.json()).toEqual({ data: { __schema: { queryType: { name: 'Query' } } } });
  });

  it('may do neither if its origin is not among the configured ones', async () => {
    await using gateway = await alone({ CORS_ORIGINS: 'https://a.example,https://b.example' });
    const allowed = async (from: string) =>
      (await fetch(`${gateway.url}/graphql`, { method: 'OPTIONS', headers: { origin: from } })).headers.get(
        'access-control-allow-origin',
      );
    expect(await allowed('https://b.example')).toBe('https://b.example');
    expect(await allowed(origin)).toBeNull();
  });
});

describe('a browser at GET /graphql', () => {
  it('gets an explorer with a sample and the header for the token', async () => {
    await using gateway = await alone();
    const response = await fetch(`${gateway.url}/graphql`, { headers: { accept: 'text/html,*/*;q=0.8' } });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/html/);
    const page = await response.text();
    expect(page).toContain('query Sample');
    expect(page).toContain('X-Auth-Token');
  });

  it('is refused if it neither accepts HTML nor sends a query', async () => {
    await using gateway = await alone();
    const response = await fetch(`${gateway.url}/graphql`, { headers: { accept: 'application/json' } });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
  });
});

describe('paths and methods', () => {
  it.each([
    ['GET', '/', 200],
    ['GET', '//', 404],
    ['GET', '/graphql/', 404],
    ['GET', '/__proto__', 404],
    ['GET', '/constructor', 404],
    ['PUT', '/graphql', 405],
    ['DELETE', '/graphql', 405],
    ['POST', '/healthz', 405],
    ['HEAD', '/healthz', 200],
    ['GET', '/healthz?probe=1', 200],
  ])('%s %s is %i', async (method, path, status) => {
    await using gateway = await alone();
    const response = await fetch(gateway.url + path, { method });
    expect(response.status).toBe(status);
    if (status === 405) expect(response.headers.get('allow')).toMatch(/^GET/);
  });

  it.each([
    ['a request that is not HTTP', 'hello\r\n\r\n'],
    ['no Host header', 'GET /healthz HTTP/1.1\r\n\r\n'],
    ['a control character in the token', 'GET /graphql HTTP/1.1\r\nHost: a\r\nX-Auth-Token: a\x7fb\r\n\r\n'],
    ['two lengths', 'POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}'],
    [
      'a length and chunks',
      'POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
  ])('%s is refused with 400', async (_name, bytes) => {
    await using gateway = await alone();
    expect(await rawRequest(gateway.url, bytes)).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('a token of Latin-1 characters reaches upstream byte for byte', async () => {
    await using upstream = await startUpstream((response) => sendJson(response, 404, {}));
    await using gateway = await startGateway(upstream.url);
    const query = encodeURIComponent('{ image(id: "x") { name } }');
    const token = 'g\u00e9\u00ff\u0080-_="x" y';
    await rawRequest(
      gateway.url,
      `GET /graphql?query=${query} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Auth-Token: ${token}\r\n\r\n`,
    );
    expect(upstream.received[0]?.headers).toContainEqual(['x-auth-token', token]);
  });
});

describe('GET /healthz', () => {
  it('is 200 while the process runs, with or without the Images API', async () => {
    await using gateway = await alone();
    expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
  });
});

describe('GET /readyz', () => {
  it.each(['', '/v2', '/v2/'])(
    'is 200 if "%s" leads to an Images API, which is probed without a token',
    async (path) => {
      const received: ReceivedRequest[] = [];
      await using upstream = await startSimulator({ onRequest: (request) => received.push(request) });
      await using gateway = await startGateway(upstream.url + path);
      const response = await fetch(`${gateway.url}/readyz`);
      expect([response.status, await response.text()]).toEqual([200, 'ready\n']);
      expect(received.map(({ target }) => target)).toEqual(['/versions']);
      expect(received[0]?.headers).not.toHaveProperty('x-auth-token');
    },
  );

  it.each(['/v2.15', '/v2/images', '/imgaes'])('is 503 with the reason if "%s" leads to none', async (path) => {
    await using upstream = await startSimulator();
    await using gateway = await startGateway(upstream.url + path);
    const response = await fetch(`${gateway.url}/readyz`);
    expect(response.status).toBe(503);
    const reason = await response.text();
    expect(reason).toContain('there is no Images API at IMAGES_API_URL');
    expect(reason).not.toMatch(/\d+\.\d+\.\d+\.\d+/);
    const { errors } = await gateway.query(demoIdentities.producer.token, '{ images { nodes { id } } }');
    expect(errors?.[0]?.message).toContain('Check IMAGES_API_URL');
    expect(errors?.[0]?.extensions.code).toBe('UPSTREAM_INVALID_RESPONSE');
  });

  it.each([500, 502, 503, 504])('is 503 if the Images API answers with %i', async (status) => {
    await using upstream = await startUpstream((response) => sendJson(response, status, {}));
    await using gateway = await startGateway(upstream.url);
    expect((await fetch(`${gateway.url}/readyz`)).status).toBe(503);
  });

  it('is 503 if the Images API cannot be reached', async () => {
    await using gateway = await alone();
    const response = await fetch(`${gateway.url}/readyz`);
    expect(response.status).toBe(503);
    expect(await response.text()).not.toMatch(/\d+\.\d+\.\d+\.\d+/);
  });

  it('probes the Images API once for frequent requests', async () => {
    const received: ReceivedRequest[] = [];
    await using upstream = await startSimulator({ onRequest: (request) => received.push(request) });
    await using gateway = await startGateway(upstream.url);
    const all = await Promise.all(Array.from({ length: 10 }, () => fetch(`${gateway.url}/readyz`)));
    expect(all.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(received).toHaveLength(1);
  });
});

describe('GET /metrics', () => {
  it('counts operations and attempts, with caller-chosen labels only for operation and client names', async () => {
    await using upstream = await startUpstream((response) => sendJson(response, 404, {}));
    await using gateway = await startGateway(upstream.url);
    await gateway.query('canary-token', 'query CanaryName { image(id: "canary-id") { name } }');
    await gateway.query(null, '{ image(id: "canary-id") { name } }');
    await gateway.query(null, '{');
    const response = await fetch(`${gateway.url}/metrics`);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=/);
    const text = await response.text();
    const operations = 'image_gateway_operation_duration_seconds_count';
    expect(text).toContain(`${operations}{type="query",result="ok"} 1`);
    expect(text).toContain(`${operations}{type="query",result="error"} 1`);
    expect(text).toContain(`${operations}{type="none",result="error"} 1`);
    expect(text).toContain(
      'image_gateway_upstream_attempt_duration_seconds_count{operation="getImage",result="404"} 1',
    );
    expect(text).toContain('image_gateway_operations_total{name="CanaryName",client="none",result="ok"} 1');
    expect(text).not.toMatch(/canary-/);
  });

  it('count reads, and loads, which are the reads that no cache of a request answered', async () => {
    await using upstream = await startUpstream((response, { target }) =>
      target.endsWith('/members')
        ? sendJson(response, 200, { members: [] })
        : sendJson(response, 200, { id: 'x', visibility: 'shared' }),
    );
    await using gateway = await startGateway(upstream.url);
    const image = 'image(id: "x") { members { status } member(memberId: "m") { status } }';
    await gateway.query('token', `{ a: ${image} b: ${image} c: ${image} }`);
    const text = await (await fetch(`${gateway.url}/metrics`)).text();
    for (const [loader, reads, loads] of [
      ['image', 3, 1],
      ['memberList', 4, 1],
      ['member', 3, 1],
    ]) {
      expect(text).toContain(`image_gateway_loader_reads{loader="${loader}"} ${reads}`);
      expect(text).toContain(`image_gateway_loader_loads{loader="${loader}"} ${loads}`);
    }
  });
});
