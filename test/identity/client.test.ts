import { describe, expect, it } from 'vitest';
import { GatewayError, UpstreamError } from '../../src/errors.ts';
import { IdentityClient, identityApi } from '../../src/identity/client.ts';
import { Token } from '../../src/token.ts';
import { createTransport } from '../support/transport.ts';
import { type Script, sendJson, startUpstream } from '../support/upstream.ts';

const token = new Token('gAAAA+the/token=');
const project = { id: 'a project', name: 'a name' };
const bodies = {
  token: { user: { id: 'u', name: 'n' }, expires_at: '2026-11-27T18:03:42.000000Z' },
  projects: [project],
  project,
};

const methods = {
  getToken: (client: IdentityClient) => client.getToken(),
  listOwnProjects: (client: IdentityClient) => client.listOwnProjects(),
  listProjects: (client: IdentityClient) => client.listProjects(),
  getProject: (client: IdentityClient) => client.getProject('a project'),
};
const names = Object.keys(methods) as (keyof typeof methods)[];

/** A client of a scripted Identity service. */
async function scripted(script: Script, { retries = 0 } = {}) {
  const upstream = await startUpstream(script);
  const options = { service: identityApi, basePath: '/v3', maxBodyBytes: 10_000, retries };
  const { transport, reports, ...pool } = createTransport(upstream.url, options);
  const caller = { token, requestId: 'req-1', signal: new AbortController().signal };
  return {
    client: new IdentityClient(transport, null, caller),
    anonymous: new IdentityClient(transport, null, { ...caller, token: new GatewayError('UNAUTHENTICATED', 'none') }),
    received: upstream.received,
    reports,
    async [Symbol.asyncDispose]() {
      await pool[Symbol.asyncDispose]();
      await upstream[Symbol.asyncDispose]();
    },
  };
}

async function fail(promise: Promise<unknown>): Promise<UpstreamError> {
  const error = await promise.then(
    (value) => new Error(`it succeeded: ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  if (!(error instanceof UpstreamError)) throw error;
  return error;
}

describe('a request to the Identity service', () => {
  it.each([
    ['getToken', '/v3/auth/tokens?nocatalog'],
    ['listOwnProjects', '/v3/auth/projects'],
    ['listProjects', '/v3/projects'],
    ['getProject', '/v3/projects/a%20project'],
  ] as const)("for %s is one GET with only the caller's own token", async (name, target) => {
    await using keystone = await scripted((response) => sendJson(response, 200, bodies));
    expect(await methods[name](keystone.client)).not.toBeNull();
    expect(keystone.received.map((request) => `${request.method} ${request.target}`)).toEqual([`GET ${target}`]);
    const headers = Object.fromEntries(keystone.received[0]?.headers ?? []);
    const { host: _host, connection: _connection, ...sent } = headers;
    expect(sent).toEqual({
      accept: 'application/json',
      'accept-encoding': 'identity',
      'x-auth-token': token.reveal(),
      'x-openstack-request-id': 'req-1',
      ...(name === 'getToken' && { 'x-subject-token': token.reveal() }),
    });
    expect(keystone.received[0]?.body).toBe('');
  });

  it.each(names)('is not sent for %s without a token', async (name) => {
    await using keystone = await scripted((response) => sendJson(response, 200, bodies));
    await expect(methods[name](keystone.anonymous)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(keystone.received).toEqual([]);
  });

  it('never sends the token to an address from an answer', async () => {
    await using elsewhere = await startUpstream((response) => sendJson(response, 200, bodies));
    await using keystone = await scripted((response) =>
      response.writeHead(307, { location: `${elsewhere.url}/v3/projects` }).end(),
    );
    for (const name of names) {
      const error = await fail(methods[name](keystone.client));
      expect(error.code).toBe('UPSTREAM_INVALID_RESPONSE');
      expect(error.message).not.toContain(token);
      expect(error.message).not.toContain(new URL(elsewhere.url).host);
    }
    expect(elsewhere.received).toEqual([]);
  });
});

describe('an answer of the Identity service', () => {
  it('is parsed and returned', async () => {
    await using keystone = await scripted((response) => sendJson(response, 200, bodies));
    const list = { rows: [project], errors: [], isCut: false };
    expect(await keystone.client.getToken()).toEqual({
      user: { id: 'u', name: 'n' },
      project: null,
      roles: null,
      expiresAt: '2026-11-27T18:03:42Z',
    });
    expect(await keystone.client.listOwnProjects()).toEqual(list);
    expect(await keystone.client.listProjects()).toEqual(list);
    expect(await keystone.client.getProject('a project')).toEqual(project);
  });

  it.each(names)('that refuses or finds nothing is not an error: %s', async (name) => {
    for (const [status, untold] of [
      [403, 'REFUSED'],
      [404, 'UNKNOWN'],
    ] as const) {
      const error = { code: status, message: 'You are not authorized', title: 'Forbidden' };
      await using keystone = await scripted((response) => sendJson(response, status, { error }));
      expect(await methods[name](keystone.client)).toBe(untold);
    }
  });

  it.each<readonly [number, unknown, string]>([
    [401, { error: { code: 401 } }, 'UNAUTHENTICATED'],
    [404, '<html>', 'UPSTREAM_INVALID_RESPONSE'],
    [300, { versions: [] }, 'UPSTREAM_INVALID_RESPONSE'],
    [429, {}, 'RATE_LIMITED'],
    [500, {}, 'UPSTREAM_UNAVAILABLE'],
    [502, {}, 'UPSTREAM_UNAVAILABLE'],
    [503, {}, 'UPSTREAM_UNAVAILABLE'],
    [504, {}, 'UPSTREAM_UNAVAILABLE'],
    [200, 'no object', 'UPSTREAM_INVALID_RESPONSE'],
    [200, {}, 'UPSTREAM_INVALID_RESPONSE'],
    [200, { ...bodies, filler: 'x'.repeat(10_000) }, 'UPSTREAM_INVALID_RESPONSE'],
  ])('with %i and %j is an error that names the service', async (status, body, code) => {
    await using keystone = await scripted((response) => sendJson(response, status, body));
    for (const name of names) {
      const error = await fail(methods[name](keystone.client));
      expect(error.code).toBe(code);
      expect(error.message).toContain('the Identity service');
      expect(error.message).not.toContain('Images API');
    }
  });

  it('about another project is rejected, about the same id in another spelling accepted', async () => {
    await using keystone = await scripted((response) =>
      sendJson(response, 200, { project: { id: 'A Project', name: 'n' } }),
    );
    expect(await keystone.client.getProject('a project')).toEqual({ id: 'A Project', name: 'n' });
    expect((await fail(keystone.client.getProject('another'))).code).toBe('UPSTREAM_INVALID_RESPONSE');
  });
});

describe('one operation', () => {
  it('makes at most five requests to the Identity service, retries included', async () => {
    await using keystone = await scripted((response) => sendJson(response, 503, {}), { retries: 2 });
    const errors = [];
    for (const name of names) errors.push(await fail(methods[name](keystone.client)));
    expect(errors.map(({ code }) => code)).toEqual(Array(4).fill('UPSTREAM_UNAVAILABLE'));
    expect(keystone.received.map(({ target }) => target)).toEqual([
      ...Array(3).fill('/v3/auth/tokens?nocatalog'),
      ...Array(2).fill('/v3/auth/projects'),
    ]);
    expect(keystone.client.requestsLeft).toBe(0);
  });

  it('is not charged for the requests of other operations', async () => {
    await using keystone = await scripted((response) => sendJson(response, 200, bodies));
    for (let times = 0; times < 5; times++) await keystone.client.getToken();
    expect(keystone.anonymous.requestsLeft).toBe(5);
  });
});
