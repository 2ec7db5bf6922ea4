import { describe, expect, it } from 'vitest';
import type { Answer } from '../support/gateway.ts';
import { pass } from '../support/proxy.ts';
import { projects, type Sharing, startSharing } from '../support/sharing.ts';

const everything = '{ viewer { user { id name } project { id name } roles expiresAt projects { id name } } }';
const adminProject = 'd'.repeat(32);
const adminToken = 'token-of-admin';

function addAdmin({ world }: Sharing): void {
  world.addIdentity({ name: 'admin', projectId: adminProject, token: adminToken, roles: ['admin', 'member'] });
}

function codes({ errors = [] }: Answer): string[] {
  return errors.map(({ extensions }) => extensions.code);
}

function toIdentity(calls: readonly string[]): string[] {
  return calls.filter((call) => call.includes('identity'));
}

describe('the viewer as an entity', () => {
  const query = `query ($r: [_Any!]!) {
    _entities(representations: $r) { __typename ... on Viewer { id user { name } project { id } projects { id } } }
  }`;
  const representations = [
    { __typename: 'Viewer', id: 'viewer', roles: ['admin'], user: { name: 'Evil' } },
    { __typename: 'Viewer', id: 'another' },
    { __typename: 'Viewer', id: 4711 },
    { __typename: 'Viewer', id: '..' },
  ];

  it('is the caller under its constant id, interpreted or compiled, and nobody under another', async () => {
    await using sharing = await startSharing({ hasIdentity: true });
    for (let times = 0; times < 4; times++) {
      const answer = await sharing.query('a', query, { r: representations });
      expect(answer.data).toEqual({
        _entities: [
          {
            __typename: 'Viewer',
            id: 'viewer',
            user: { name: 'a' },
            project: { id: projects.a },
            projects: [{ id: projects.a }],
          },
          null,
          null,
          null,
        ],
      });
      expect(codes(answer)).toEqual(['BAD_USER_INPUT']);
      expect(sharing.calls().sort()).toEqual(['GET identity/auth/projects', 'GET identity/auth/tokens?nocatalog']);
    }
  });

  it('is null without a token', async () => {
    await using sharing = await startSharing({ hasIdentity: true });
    const { data, errors } = await sharing.gateway.query(null, query, { r: representations.slice(0, 1) });
    expect([data, errors]).toEqual([{ _entities: [null] }, undefined]);
    expect(sharing.calls()).toEqual([]);
  });
});

describe('the viewer', () => {
  it('is the token’s user, also for repeated and concurrent operations, interpreted or compiled', async () => {
    await using sharing = await startSharing({ hasIdentity: true });
    sharing.world.addProject({ id: '2'.repeat(32), name: 'sandbox' });
    const expiresAt = new Date(Date.now() + 3_600_000);
    sharing.world.addIdentity({
      token: 'two-projects',
      projectId: projects.a,
      name: 'a',
      user: { id: 'e'.repeat(32), name: 'Ada' },
      roles: ['member', 'reader'],
      expiresAt,
    });
    sharing.world.addRole({ id: 'e'.repeat(32), name: 'Ada' }, '2'.repeat(32));
    for (let times = 0; times < 3; times++) {
      const { data, errors } = await sharing.gateway.query('two-projects', everything);
      expect(errors).toBeUndefined();
      expect(data).toEqual({
        viewer: {
          user: { id: 'e'.repeat(32), name: 'Ada' },
          project: { id: projects.a, name: 'a' },
          roles: ['member', 'reader'],
          expiresAt: expiresAt.toISOString(),
          projects: [
            { id: projects.a, name: 'a' },
            { id: '2'.repeat(32), name: 'sandbox' },
          ],
        },
      });
      expect(sharing.calls().sort()).toEqual(['GET identity/auth/projects', 'GET identity/auth/tokens?nocatalog']);
    }
  });

  it('looks up its projects concurrently with the token', async () => {
    const held: (() => void)[] = [];
    await using sharing = await startSharing({
      hasIdentity: true,
      environment: { UPSTREAM_DEADLINE_MS: '2000' },
      intercept: ({ target }) => {
        if (!target.startsWith('/identity')) return undefined;
        return async (response, forward) => {
          await new Promise<void>((resolve) => {
            if (held.push(resolve) === 2) for (const release of held) release();
          });
          await pass(response, forward);
        };
      },
    });
    const { data, errors } = await sharing.query('a', '{ viewer { roles projects { name } } }');
    expect(errors).toBeUndefined();
    expect(data).toEqual({ viewer: { roles: ['member'], projects: [{ name: 'a' }] } });
  });

  it('costs one call without its projects, however often it is selected', async () => {
    await using sharing = await startSharing({ hasIdentity: true });
    const { data } = await sharing.query('a', '{ one: viewer { roles } two: viewer { project { id name } } }');
    expect(data).toEqual({ one: { roles: ['member'] }, two: { project: { id: projects.a, name: 'a' } } });
    expect(sharing.calls()).toEqual(['GET identity/auth/tokens?nocatalog']);
  });

  it('has neither project nor roles if the token is unscoped', async () => {
    await using sharing = await startSharing({ hasIdentity: true });
    sharing.world.addIdentity({ token: 'unscoped', projectId: null, name: 'a', roles: [] });
    const { data, errors } = await sharing.gateway.query('unscoped', everything);
    expect(errors).toBeUndefined();
    expect(data?.['viewer']).toMatchObject({
      user: { name: 'a' },
      project: null,
      roles: null,
      projects: [{ id: projects.a, name: 'a' }],
    });
    expect(toIdentity(sharing.calls())).toHaveLength(2);
  });

  it.each([[true], [false]])('is null without a token, and makes no call (Identity: %s)', async (hasIdentity) => {
    await using sharing = await startSharing({ hasIdentity });
    for (const token of [null, '']) {
      const { status, data, errors } = await sharing.gateway.query(token, everything);
      expect([status, data, errors]).toEqual([200, { viewer: null }, undefined]);
    }
    expect(sharing.calls()).toEqual([]);
  });

  it('is an error if the Identity service does not accept the token', async () => {
    await using sharing = await startSharing({ hasIdentity: true });
    const answer = await sharing.gateway.query('nobody-issued-this', everything);
    expect(answer.data).toEqual({ viewer: null });
    expect(answer.errors).toMatchObject([{ path: ['viewer'], extensions: { code: 'UNAUTHENTICATED' } }]);
    expect(answer.errors?.[0]?.message).toBe(
      'Could not look up the caller: the Identity service did not accept the token. Get a new one.',
    );
  });

  it('is null in every field that the Identity service does not return', async () => {
    await using sharing = await startSharing({
      hasIdentity: true,
      intercept: ({ target }) =>
        target.includes('/identity/') ? { status: 403, body: { error: { code: 403, title: 'Forbidden' } } } : undefined,
    });
    const { data, errors } = await sharing.query('a', everything);
    expect(errors).toBeUndefined();
    expect(data).toEqual({ viewer: { user: null, project: null, roles: null, expiresAt: null, projects: null } });
  });

  it('leaves out a malformed project, with an error', async () => {
    await using sharing = await startSharing({
      hasIdentity: true,
      intercept: ({ target }) =>
        target.endsWith('/auth/projects')
          ? { status: 200, body: { projects: [{ id: 4711, name: 'x' }, { id: projects.a, name: 'a' }, { id: 'b' }] } }
          : undefined,
    });
    const answer = await sharing.query('a', '{ viewer { projects { id name } } }');
    expect(answer.data).toEqual({ viewer: { projects: [{ id: projects.a, name: 'a' }] } });
    expect(codes(answer)).toEqual(['UPSTREAM_INVALID_RESPONSE', 'UPSTREAM_INVALID_RESPONSE']);
    expect(answer.errors?.[0]).toMatchObject({ path: ['viewer', 'projects'] });
    expect(answer.errors?.[0]?.message).toContain('the Identity service');
  });

  it('is an error if the address is not that of an Identity service', async () => {
    await using sharing = await startSharing({ hasIdentity: true });
    await using gateway = await startSharing({
      environment: { IDENTITY_API_URL: sharing.gateway.url },
    });
    const answer = await gateway.query('a', '{ viewer { user { id } } }');
    expect(answer.errors).toMatchObject([{ path: ['viewer'], extensions: { code: 'UPSTREAM_INVALID_RESPONSE' } }]);
    expect(answer.errors?.[0]?.message).toContain('Check IDENTITY_API_URL');
  });
});

describe('the viewer without an Identity service', () => {
  const asked = '{ viewer { user { id } project { id name } roles expiresAt projects { id } } }';
  const nothing = { user: null, roles: null, expiresAt: null, projects: null };

  it("has the owner of the caller's own private image as its project, with two calls", async () => {
    await using sharing = await startSharing();
    sharing.image(1, { visibility: 'private' });
    const { data, errors } = await sharing.query('producer', asked);
    expect(errors).toBeUndefined();
    expect(data).toEqual({ viewer: { ...nothing, project: { id: projects.producer, name: null } } });
    expect(sharing.calls()).toEqual(['GET /images?limit=20&visibility=private', 'GET /tasks?limit=1']);
  });

  it('has no project if the caller has no private image', async () => {
    await using sharing = await startSharing();
    sharing.image(1, { visibility: 'private' });
    sharing.image(2, { visibility: 'shared' }, { a: 'accepted' });
    const { data, errors } = await sharing.query('a', asked);
    expect(errors).toBeUndefined();
    expect(data).toEqual({ viewer: { ...nothing, project: null } });
    expect(sharing.calls()).toEqual(['GET /images?limit=20&visibility=private']);
  });

  it.each([
    ['of one project', ['producer', 'producer']],
    ['of several', ['producer', 'a']],
    ['of its own', ['admin']],
  ])('has no guessed project for an administrator, who sees private images %s', async (_of, owners) => {
    await using sharing = await startSharing();
    addAdmin(sharing);
    const ids: Readonly<Record<string, string>> = { ...projects, admin: adminProject };
    for (const [at, owner] of owners.entries()) {
      sharing.image(at + 1, { visibility: 'private', owner: ids[owner] ?? null });
    }
    const { data, errors } = await sharing.gateway.query(adminToken, asked);
    expect(errors).toBeUndefined();
    expect(data).toEqual({ viewer: { ...nothing, project: null } });
  });

  it('has no project if the Images API has no tasks, or lets every caller list them', async () => {
    for (const status of [200, 404]) {
      await using sharing = await startSharing({
        intercept: ({ target }) => (target.startsWith('/v2/tasks') ? { status, body: { tasks: [] } } : undefined),
      });
      sharing.image(1, { visibility: 'private' });
      const { data, errors } = await sharing.query('producer', '{ viewer { project { id } } }');
      expect([data, errors]).toEqual([{ viewer: { project: null } }, undefined]);
    }
  });

  it('makes no call if only fields of the Identity service are selected', async () => {
    await using sharing = await startSharing();
    const { data, errors } = await sharing.query('producer', '{ viewer { user { name } projects { name } roles } }');
    expect([data, errors]).toEqual([{ viewer: { user: null, projects: null, roles: null } }, undefined]);
    expect(sharing.calls()).toEqual([]);
  });

  it('fails only in its project if the token is not accepted', async () => {
    await using sharing = await startSharing();
    const answer = await sharing.gateway.query('nobody-issued-this', asked);
    expect(answer.data).toEqual({ viewer: { ...nothing, project: null } });
    expect(answer.errors).toMatchObject([{ path: ['viewer', 'project'], extensions: { code: 'UNAUTHENTICATED' } }]);
  });
});
