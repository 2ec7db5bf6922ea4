import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  buildClientSchema,
  buildSchema,
  type GraphQLObjectType,
  getIntrospectionQuery,
  type IntrospectionQuery,
} from 'graphql';
import { describe, expect, it, vi } from 'vitest';
import { createExplorerRoutes } from '../../src/http/explorer.ts';
import type { Routes } from '../../src/http/server.ts';
import { createFileHandler, createStaticRoutes } from '../../src/http/static-files.ts';
import { demoIdentities } from '../../src/simulator/seed.ts';
import { startSimulator } from '../../src/simulator/server.ts';
import { startGateway } from '../support/gateway.ts';
import { listen } from '../support/listen.ts';
import { rawRequest } from '../support/raw-request.ts';

/** An address without an Images API; pages need none. */
const nowhere = 'http://127.0.0.1:9';

/** The answer of a route to a browser with an empty cache. */
async function readRoute(routes: Routes, path: string): Promise<string> {
  const server = createServer((request, response) => void routes[path]?.GET?.(request, response, { path, search: '' }));
  await using listening = await listen(server);
  return (await fetch(listening.url)).text();
}

describe('the console', () => {
  it('is a page that may load only the gateway’s own files', async () => {
    await using gateway = await startGateway(nowhere, { CONSOLE: 'true' });
    const page = await fetch(`${gateway.url}/console`);
    expect(page.url).toBe(`${gateway.url}/console/`);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self';");
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const html = await page.text();
    expect(html).not.toMatch(/<script(?![^>]* src=)|<style| on\w+=/);

    const addresses = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address ?? '');
    expect(addresses).toHaveLength(3);
    for (const address of addresses) {
      const file = await fetch(new URL(address, page.url));
      expect(file.status, address).toBe(200);
      expect(file.headers.get('x-content-type-options')).toBe('nosniff');
      expect(file.headers.get('content-type')).toMatch(
        address.endsWith('.js') ? /^text\/javascript/ : address.endsWith('.css') ? /^text\/css/ : /^image\/svg/,
      );
      expect(file.headers.get('cache-control')).toContain(address.includes('/assets/') ? 'immutable' : 'no-cache');
    }
  });

  it('redirects relatively, so that a proxy may serve it below a path', async () => {
    await using gateway = await startGateway(nowhere, { CONSOLE: 'true' });
    const answer = await fetch(`${gateway.url}/console`, { redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([308, 'console/']);
  });

  it('is not sent again to a browser that has cached it', async () => {
    await using gateway = await startGateway(nowhere, { CONSOLE: 'true' });
    const etag = (await fetch(`${gateway.url}/console/`)).headers.get('etag') ?? '';
    expect(etag).not.toBe('');
    const again = await fetch(`${gateway.url}/console/`, { headers: { 'if-none-match': etag } });
    expect([again.status, await again.text()]).toEqual([304, '']);
  });

  it('answers HEAD like GET, without the body', async () => {
    await using gateway = await startGateway(nowhere, { CONSOLE: 'true' });
    const head = await fetch(`${gateway.url}/console/`, { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(100);
    expect(await head.text()).toBe('');
  });

  it.each(['/console/../package.json', '/console/..%2f..%2fpackage.json', '/console/assets/', '/console/nothing.js'])(
    'has no file at %s',
    async (path) => {
      await using gateway = await startGateway(nowhere, { CONSOLE: 'true' });
      const answer = await rawRequest(
        gateway.url,
        `GET ${path} HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n`,
      );
      expect(answer).toMatch(/^HTTP\/1\.1 404 /);
    },
  );

  it('offers no demo callers if the Images API is a cloud', async () => {
    await using gateway = await startGateway(nowhere, { CONSOLE: 'true' });
    const people = await fetch(`${gateway.url}/console/people.json`);
    expect(await people.json()).toEqual([]);
  });

  it('is not served unless it is enabled', async () => {
    await using gateway = await startGateway(nowhere);
    for (const path of ['/console', '/console/', '/console/people.json']) {
      expect((await fetch(gateway.url + path)).status, path).toBe(404);
    }
  });

  it('does not serve a file of an unknown type', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pages-'));
    try {
      await writeFile(join(folder, 'index.html'), '<!doctype html>');
      expect(Object.keys(createStaticRoutes(folder, '/pages', ''))).toEqual(['/pages', '/pages/']);
      await writeFile(join(folder, 'secrets.env'), '');
      expect(() => createStaticRoutes(folder, '/pages', '')).toThrow('secrets.env');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('the front page', () => {
  const browser = { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } };

  it('links browsers to the console, the explorer and the documentation, and every link works', async () => {
    await using gateway = await startGateway(nowhere, { CONSOLE: 'true' });
    const page = await fetch(`${gateway.url}/`, browser);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    const links = [...(await page.text()).matchAll(/<a href="([^"]+)"/g)].map(([, link]) => link ?? '');
    expect(links).toEqual(expect.arrayContaining(['console', 'explorer']));
    for (const link of links) expect((await fetch(new URL(link, page.url))).status, link).toBe(200);
  });

  it('lists the same addresses as JSON for programs', async () => {
    await using gateway = await startGateway(nowhere, { CONSOLE: 'true' });
    for (const accept of ['application/json', '*/*', '']) {
      const answer = await fetch(`${gateway.url}/`, { headers: { accept } });
      expect(answer.headers.get('content-type')).toBe('application/json');
      expect(answer.headers.get('vary')).toContain('Accept');
      expect(await answer.json()).toMatchObject({
        graphql: 'graphql',
        console: 'console',
        explorer: 'explorer',
      });
    }
  });

  it('does not list a console or an explorer that is not served', async () => {
    await using gateway = await startGateway('http://127.0.0.1:1', { PRODUCTION: 'true' });
    expect(await (await fetch(`${gateway.url}/`, browser)).text()).not.toMatch(/href="(?:console|explorer)"/);
    const json = Object(await (await fetch(`${gateway.url}/`)).json());
    expect(Object.keys(json)).not.toEqual(expect.arrayContaining(['console']));
    expect(Object.keys(json)).not.toEqual(expect.arrayContaining(['explorer']));
  });
});

describe('the page at /graphql', () => {
  it('links to the explorer and the console, and loads Apollo Sandbox by a script of its own', async () => {
    await using gateway = await startGateway(nowhere, { CONSOLE: 'true' });
    const page = await fetch(`${gateway.url}/graphql`, { headers: { accept: 'text/html' } });
    const html = await page.text();
    expect(html).toContain('href="explorer"');
    expect(html).toContain('href="console"');
    const [, script = ''] = /<script src="([^"]+)"/.exec(html) ?? [];
    expect(await (await fetch(new URL(script, page.url))).text()).toContain('EmbeddedSandbox');
  });
});

describe('a file', () => {
  it('is compressed only for clients that accept it', async () => {
    const body = 'console '.repeat(1_000);
    const server = createServer(
      (request, response) => void createFileHandler({ type: 'text/plain', body })(request, response),
    );
    await using listening = await listen(server);
    const compressed = await fetch(listening.url, { headers: { 'accept-encoding': 'gzip' } });
    expect(compressed.headers.get('content-encoding')).toBe('gzip');
    expect(Number(compressed.headers.get('content-length'))).toBeLessThan(200);
    expect(await compressed.text()).toBe(body);
    for (const encoding of ['identity', 'gzip;q=0', 'br']) {
      const plain = await fetch(listening.url, { headers: { 'accept-encoding': encoding } });
      expect(plain.headers.get('content-encoding'), encoding).toBeNull();
      expect(await plain.text()).toBe(body);
    }
  });
});

describe('the explorer', () => {
  it('is not served in production', async () => {
    await using gateway = await startGateway('http://127.0.0.1:1', { PRODUCTION: 'true' });
    expect((await fetch(`${gateway.url}/explorer`)).status).toBe(404);
  });

  it('is a page that may load only the gateway’s own files, all of which exist', async () => {
    await using gateway = await startGateway(nowhere);
    const page = await fetch(`${gateway.url}/explorer`);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self';");
    const html = await page.text();
    expect(html).toContain('sample-token');
    expect(html).not.toMatch(/<script(?![^>]* (?:src=|type="application\/json"))/);
    for (const name of ['graphiql.js', 'graphiql.css', 'editorWorkerService.js', 'graphql.js', 'json.js', 'start.js']) {
      const part = await fetch(`${gateway.url}/explorer/${name}`);
      expect(part.status, name).toBe(200);
      expect(part.headers.get('content-type')).toMatch(name.endsWith('.css') ? /^text\/css/ : /^text\/javascript/);
    }
  });

  it('is loaded once, on the first request', async () => {
    const parts = { js: 'a', css: 'b', favicon: '', editorWorkerService: 'c', jsonWorker: 'd', graphqlWorker: 'e' };
    const load = vi.fn(async () => parts);
    const routes = createExplorerRoutes({ document: '', headers: {} }, false, load);
    await readRoute(routes, '/explorer');
    await readRoute(routes, '/explorer/start.js');
    expect(load).not.toHaveBeenCalled();
    expect(await readRoute(routes, '/explorer/graphiql.js')).toBe('a');
    expect(await readRoute(routes, '/explorer/graphql.js')).toBe('e');
    expect(await readRoute(routes, '/explorer/graphql.js')).toBe('e');
    expect(load).toHaveBeenCalledTimes(1);
  });

  it('shows the sample verbatim, whatever characters it contains', async () => {
    const sample = { document: '# </script><script>alert(1)</script>', headers: {} };
    const routes = createExplorerRoutes(sample);
    const body = await readRoute(routes, '/explorer');
    const json = /<script type="application\/json" id="sample">(.*?)<\/script>/.exec(body)?.[1] ?? '';
    expect(JSON.parse(json)).toEqual(sample);
  });
});

describe('the schema at /schema.graphql', () => {
  it('matches introspection, with all descriptions, and without the fields for routers', async () => {
    await using gateway = await startGateway(nowhere, { ROUTER_SECRET: 'a-secret-of-the-router' });
    const answer = await fetch(`${gateway.url}/schema.graphql`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8']);
    const sdl = await answer.text();
    expect(sdl).not.toMatch(/@(?:link|key|shareable|cost|listSize)|_entities|_service|_Any|federation__|link__/);
    const shown = buildSchema(sdl);
    const { data } = await gateway.query(null, getIntrospectionQuery({ specifiedByUrl: true }));
    const introspected = buildClientSchema(data as unknown as IntrospectionQuery);
    for (const type of Object.values(shown.getTypeMap())) {
      const { description = null } = introspected.getType(type.name) ?? {};
      expect(type.description ?? null, type.name).toBe(description);
      if (type.name.startsWith('__') || !('getFields' in type)) continue;
      const fields = Object.keys(type.getFields());
      const all = introspected.getType(type.name) as GraphQLObjectType;
      expect(
        Object.keys(all.getFields())
          .filter((name) => !name.startsWith('_'))
          .sort(),
      ).toEqual(fields.sort());
    }
    expect(shown.getMutationType()?.description).toBeTruthy();
  });

  it.each([{ INTROSPECTION: 'false' }, { PRODUCTION: 'true' }])('is not served with %j', async (environment) => {
    await using gateway = await startGateway(nowhere, environment);
    expect((await fetch(`${gateway.url}/schema.graphql`)).status).toBe(404);
  });
});

describe('Apollo Sandbox', () => {
  it('is served to a browser at /graphql, with the sample and its token header', async () => {
    await using gateway = await startGateway(nowhere);
    const page = await fetch(`${gateway.url}/graphql`, {
      headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' },
    });
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    const html = await page.text();
    expect(html).toContain('sandbox');
    for (const text of ['query Sample', 'X-Auth-Token', 'sample-token']) expect(html).toContain(text);
  });

  it.each(['https://sandbox.embed.apollographql.com', 'https://studio.apollographql.com'])(
    'at %s may send operations with a token, and read the schema',
    async (origin) => {
      await using upstream = await startSimulator();
      await using gateway = await startGateway(upstream.url);
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

      const send = (headers: Readonly<Record<string, string>>, operationName: string, query: string) =>
        fetch(`${gateway.url}/graphql`, {
          method: 'POST',
          headers: { origin, accept: '*/*', 'content-type': 'application/json', ...headers },
          body: JSON.stringify({ operationName, query, variables: {} }),
        });
      const introspection = await send({}, 'IntrospectionQuery', getIntrospectionQuery());
      expect(introspection.headers.get('access-control-allow-origin')).toBe('*');
      const { data } = (await introspection.json()) as { data: Parameters<typeof buildClientSchema>[0] };
      expect(buildClientSchema(data).getMutationType()?.getFields()).toHaveProperty('createImageMembers');

      const { token } = demoIdentities.producer;
      const answer = await send({ 'x-auth-token': token }, 'Q', 'query Q { images(first: 1) { nodes { id } } }');
      expect(answer.headers.get('access-control-allow-origin')).toBe('*');
      expect(await answer.json()).toEqual({ data: { images: { nodes: [{ id: expect.any(String) }] } } });
    },
  );
});
