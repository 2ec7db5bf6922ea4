import { expect, it } from 'vitest';
import { startSimulator } from '../../src/simulator/server.ts';
import { userNamed, World } from '../../src/simulator/world.ts';

const hour = 3_600_000;

async function start(now: () => number) {
  const world = new World({ now });
  const simulator = await startSimulator({ world });
  async function ask(token: string, path: string): Promise<{ status: number; json: ReturnType<typeof JSON.parse> }> {
    const headers = { accept: 'application/json', 'x-auth-token': token, 'x-subject-token': token };
    const response = await fetch(simulator.url + path, { headers });
    return { status: response.status, json: await response.json() };
  }
  return { world, ask, [Symbol.asyncDispose]: () => simulator.close() };
}

it('a token that never expires always appears to expire within a day', async () => {
  let now = Date.parse('2026-11-21T03:41:54Z');
  await using cloud = await start(() => now);
  cloud.world.addIdentity({ token: 't', projectId: 'p', name: 'someone', roles: ['member'] });
  for (let days = 0; days < 3; days++) {
    const { token } = (await cloud.ask('t', '/identity/v3/auth/tokens')).json;
    expect(token.expires_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000000Z$/);
    const left = Date.parse(token.expires_at) - now;
    expect(left).toBeGreaterThan(22 * hour);
    expect(left).toBeLessThanOrEqual(24 * hour);
    expect(Date.parse(token.issued_at)).toBeLessThanOrEqual(now);
    now += 25 * hour;
  }
});

it('an expiring token is accepted by both APIs until it expires, and by neither afterwards', async () => {
  let now = Date.parse('2026-11-21T03:41:54Z');
  await using cloud = await start(() => now);
  const expiresAt = new Date(now + hour);
  cloud.world.addIdentity({ token: 't', projectId: 'p', name: 'someone', roles: ['member'], expiresAt });
  const statuses = async () =>
    Promise.all(
      ['/identity/v3/auth/tokens', '/identity/v3/auth/projects', '/v2/images'].map(
        async (path) => (await cloud.ask('t', path)).status,
      ),
    );
  expect((await cloud.ask('t', '/identity/v3/auth/tokens')).json.token.expires_at).toBe('2026-11-21T04:41:54.000000Z');
  expect(await statuses()).toEqual([200, 200, 200]);
  now += hour;
  expect(await statuses()).toEqual([401, 401, 401]);
});

it('one user may have several tokens, for several projects', async () => {
  await using cloud = await start(Date.now);
  const user = userNamed('ada');
  cloud.world.addIdentity({ token: 'one', projectId: 'p', name: 'first', user, roles: ['member'] });
  cloud.world.addIdentity({ token: 'two', projectId: 'q', name: 'second', user, roles: ['reader'] });
  for (const [token, project, role] of [
    ['one', 'first', 'member'],
    ['two', 'second', 'reader'],
  ] as const) {
    const facts = (await cloud.ask(token, '/identity/v3/auth/tokens')).json.token;
    expect([facts.user.name, facts.project.name, facts.roles[0].name]).toEqual(['ada', project, role]);
    const { projects } = (await cloud.ask(token, '/identity/v3/auth/projects')).json;
    expect(projects.map(({ name }: { name: string }) => name)).toEqual(['first', 'second']);
  }
});

it.each(['/identity', '/identity/v2', '/identity/v33/auth/tokens', '/identityv3', '/v3/auth/tokens'])(
  '%s belongs to the Images API, which lists its versions there',
  async (path) => {
    await using cloud = await start(Date.now);
    expect(await cloud.ask('t', path)).toMatchObject({ status: 300, json: { versions: expect.any(Array) } });
  },
);
