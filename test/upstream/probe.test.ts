import { describe, expect, it } from 'vitest';
import { createProbe } from '../../src/upstream/probe.ts';
import { refusingUrl } from '../support/listen.ts';
import { createPool } from '../support/transport.ts';
import { startUpstream } from '../support/upstream.ts';

/** The answer of a service at a path: a status and a body. */
type Service = (path: string) => readonly [status: number, body?: string | object];

const version = (id: string, href: string) => ({ id, status: 'SUPPORTED', links: [{ rel: 'self', href }] });
const glanceVersions = (base: string) => ({
  versions: ['v2.15', 'v2.13', 'v2.1', 'v2.0'].map((id) => version(id, `http://cloud.example${base}/v2/`)),
});

/** Glance 25.1, as recorded: its versions with 300 wherever no version is named, and 401 below any version. */
function glance(base = '', told = base): Service {
  return (target) => {
    if (!target.startsWith(base)) return [404, '<h1>Not Found</h1>'];
    const path = target.slice(base.length);
    if (path === '/versions') return [200, glanceVersions(told)];
    return /^\/v2(?:\.(?:\d|1[0-35]))?\//.test(path) ? [401, { message: 'Unauthorized' }] : [300, glanceVersions(told)];
  };
}

/** A front end that exposes only some of the paths of a service. */
function behind(service: Service, shows: RegExp, status = 404): Service {
  return (path) => (shows.test(path) ? service(path) : [status, '<h1>nothing to see</h1>']);
}

const keystoneVersions = { versions: { values: [version('v3.14', 'http://cloud.example/identity/v3/')] } };
const keystone: Service = (path) =>
  path === '/' ? [300, keystoneVersions] : path === '/v3/' ? [200, { version: {} }] : [404, { error: {} }];
const nova: Service = (path) =>
  path === '/'
    ? [200, { versions: [version('v2.0', 'http://c.example/v2/'), version('v2.1', 'http://c.example/v2.1/')] }]
    : [401, { message: 'Unauthorized' }];
const cinder: Service = (path) =>
  path === '/' ? [300, { versions: [version('v3.0', 'http://c.example/v3/')] }] : [401, { message: 'Unauthorized' }];
const withoutAuth: Service = (path) => (path === '/v2/images?limit=1' ? [200, { images: [] }] : [404, '']);

async function probeAt(url: string, basePath = '/v2'): Promise<string | null> {
  await using pool = createPool(url, { connections: 2 });
  return await createProbe(pool, basePath, () => 0)();
}

async function probe(service: Service, basePath: string) {
  await using upstream = await startUpstream((response, { target }) => {
    const [status, body = ''] = service(target);
    response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  const verdict = await probeAt(upstream.url, basePath);
  return { verdict, targets: upstream.received.map(({ target }) => target) };
}

describe('an address leads to an Images API', () => {
  it.each<readonly [string, string, Service]>([
    ['without a prefix', '/v2', glance()],
    ['with a prefix, as DevStack has it', '/image/v2', glance('/image')],
    ['with a prefix that a front end strips', '/image/v2', glance('/image', '')],
    ['behind a front end that hides all but the API', '/v2', behind(glance(), /^\/v2\//)],
    ['behind one that forbids everything else', '/v2', behind(glance(), /^\/v2\//, 403)],
    ['behind one with a prefix that hides everything else', '/image/v2', behind(glance('/image'), /^\/image\/v2\//)],
    ['behind one that requires a token everywhere', '/v2', behind(glance(), /^$/, 401)],
    ['behind one that shows versions at the root only', '/v2', behind(glance(), /^\/(?:v2\/.*)?$/)],
    [
      'behind one with a large page at its root',
      '/v2',
      (path) => (path === '/' ? [200, 'x'.repeat(100_000)] : glance()(path)),
    ],
    ['that requires no token', '/v2', withoutAuth],
    ['that is rate limiting at the moment', '/v2', () => [429]],
  ])('%s', async (_which, basePath, service) => {
    expect((await probe(service, basePath)).verdict).toBeNull();
  });

  it('with a single request', async () => {
    expect((await probe(glance(), '/v2')).targets).toEqual(['/versions']);
  });
});

describe('an address does not lead to an Images API', () => {
  it.each<readonly [string, string, Service]>([
    ['a version too many', '/v2.15/v2', glance()],
    ['the same version twice', '/v2/v2', glance()],
    ['a collection', '/v2/images/v2', glance()],
    ['a collection below a prefix', '/image/v2/images/v2', glance('/image')],
    ['an old version', '/v1/v2', glance()],
    ['a typo before Glance', '/imgae/v2', glance()],
    ['a typo before a prefix', '/imgae/v2', glance('/image')],
    ['Identity', '/v2', keystone],
    ['Identity and its version', '/v3/v2', keystone],
    ['Compute', '/v2', nova],
    ['Volumes', '/v2', cinder],
    ['a redirect to https', '/v2', () => [301]],
    ['a page for everything', '/v2', () => [200, '<!doctype html>']],
    ['JSON for everything', '/v2', () => [200, {}]],
    ['a large page for everything', '/v2', () => [200, 'x'.repeat(100_000)]],
  ])('%s', async (_which, basePath, service) => {
    expect((await probe(service, basePath)).verdict).toMatch(/^there is no Images API at IMAGES_API_URL/);
  });
});

describe('an unreachable Images API', () => {
  it.each([500, 502, 503, 504])('answers with %i', async (status) => {
    expect((await probe(() => [status], '/v2')).verdict).toBe(`the Images API answers with HTTP status ${status}`);
  });

  it('refuses connections', async () => {
    expect(await probeAt(refusingUrl)).toBe('the Images API cannot be reached');
  });

  it('does not answer within two seconds, however many requests that takes', async () => {
    await using upstream = await startUpstream((response) => setTimeout(() => response.writeHead(404).end(), 800));
    const began = performance.now();
    expect(await probeAt(upstream.url)).toBe('the Images API cannot be reached');
    expect(performance.now() - began).toBeLessThan(2_500);
  });
});
