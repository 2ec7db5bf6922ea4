import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Answer } from '../support/gateway.ts';
import { refusingUrl } from '../support/listen.ts';
import { type Intercept, imageId, projects, type Sharing, startSharing, tokenOf } from '../support/sharing.ts';

const adminToken = 'token-of-admin';
const page = '{ images(first: 50) { nodes { owner { id name } members { project { id name } } } } }';

interface Node {
  readonly owner: { readonly name: string | null };
  readonly members: readonly { readonly project: { readonly name: string | null } }[] | null;
}

/** Three images of the producer, shared with everyone, and an administrator. */
async function start(intercept?: Intercept, environment = {}): Promise<Sharing> {
  const sharing = await startSharing({ hasIdentity: true, environment, ...(intercept && { intercept }) });
  sharing.world.addIdentity({ name: 'admin', projectId: 'd'.repeat(32), token: adminToken, roles: ['admin'] });
  for (const number of [1, 2, 3]) sharing.image(number, {}, { a: 'accepted', b: 'accepted', stranger: 'accepted' });
  return sharing;
}

function nodesOf({ data }: Answer): readonly Node[] {
  const images = data?.['images'] as { nodes: readonly Node[] } | undefined;
  return images?.nodes ?? [];
}

function namesOf(answer: Answer): { owners: unknown[]; members: unknown[] } {
  const nodes = nodesOf(answer);
  return {
    owners: nodes.map(({ owner }) => owner.name),
    members: nodes.map(({ members }) => members?.map(({ project }) => project.name) ?? null),
  };
}

function codes({ errors = [] }: Answer): string[] {
  return [...new Set(errors.map(({ extensions }) => extensions.code))];
}

/** The calls to the Identity service since the last check. */
function asked(sharing: Sharing): string[] {
  return sharing.calls().filter((call) => call.includes('identity'));
}

/** Answers calls in place of the Identity service. */
function answering(answer: (path: string) => { status: number; body?: unknown } | undefined): Intercept {
  return ({ target }) => (target.startsWith('/identity') ? answer(target.replace('/identity/v3', '')) : undefined);
}

describe('the names of projects', () => {
  it.each([
    ['their ids', '{ images { nodes { owner { id } members { project { id __typename } } } } }'],
    ['nothing of them', '{ images { nodes { id name } } }'],
  ])('cost no call for a query that selects %s', async (_what, document) => {
    await using sharing = await start();
    for (let times = 0; times < 3; times++) expect((await sharing.query('producer', document)).errors).toBeUndefined();
    expect(asked(sharing)).toEqual([]);
  });

  it.each([0, 3])(
    'of others are null for an ordinary caller after one refusal (executed %i times before)',
    async (n) => {
      await using sharing = await start();
      for (let times = 0; times < n; times++) await sharing.query('producer', page);
      asked(sharing);
      const answer = await sharing.query('producer', page);
      expect(answer.errors).toBeUndefined();
      expect(namesOf(answer)).toEqual({
        owners: Array(3).fill('producer'),
        members: Array(3).fill([null, null, null]),
      });
      expect(asked(sharing)).toEqual(['GET identity/auth/projects', 'GET identity/projects']);
    },
  );

  it('of others are not requested again after one refusal', async () => {
    await using sharing = await start();
    sharing.image(4, {}, { a: 'accepted' });
    sharing.image(5, {}, { b: 'accepted' });
    const answer = await sharing.query(
      'producer',
      `{ one: image(id: "${imageId(4)}") { members { project { name } } }
         two: image(id: "${imageId(5)}") { members { image { name members { project { name } } } } } }`,
    );
    expect(answer.errors).toBeUndefined();
    expect(asked(sharing)).toEqual(['GET identity/auth/projects', 'GET identity/projects/a']);
  });

  it('of others are shown to an administrator, with three calls for a whole page', async () => {
    await using sharing = await start();
    const answer = await sharing.gateway.query(adminToken, page);
    expect(answer.errors).toBeUndefined();
    expect(namesOf(answer)).toEqual({
      owners: Array(3).fill('producer'),
      members: Array(3).fill(['a', 'b', 'stranger']),
    });
    expect(asked(sharing)).toEqual([
      'GET identity/auth/projects',
      'GET identity/projects/producer',
      'GET identity/projects',
    ]);
  });

  it('cost at most five calls at any depth, including the viewer', async () => {
    await using sharing = await start();
    const document = `{
      viewer { project { name } projects { name } }
      one: image(id: "00000000-0000-4000-8000-000000000001") { owner { name } member(memberId: "${projects.a}") { project { name } } }
      images { nodes { owner { name } members { project { name } image { owner { name } members { project { name } } } } } }
      imageMember(imageId: "00000000-0000-4000-8000-000000000002", memberId: "${projects.b}") { project { name } }
    }`;
    for (const token of [adminToken, tokenOf('a'), tokenOf('producer')]) {
      const { errors } = await sharing.gateway.query(token, document);
      expect(errors).toBeUndefined();
      const calls = asked(sharing);
      expect(calls.length).toBeLessThanOrEqual(4);
      expect(new Set(calls).size).toBe(calls.length);
    }
  });

  it('are looked up individually, up to the call limit, if the list of projects is cut', async () => {
    const all = Object.entries(projects).map(([name, id]) => ({ id, name }));
    await using sharing = await start(
      answering((path) =>
        path === '/projects' ? { status: 200, body: { projects: all.slice(0, 1), truncated: true } } : undefined,
      ),
    );
    const answer = await sharing.gateway.query(
      adminToken,
      '{ viewer { roles } images(first: 1) { nodes { members { project { name } } } } }',
    );
    expect(answer.errors).toBeUndefined();
    // Five calls are not enough for three more names.
    const names = nodesOf(answer)[0]?.members?.map(({ project }) => project.name);
    expect(names?.filter((name) => name !== null)).toHaveLength(2);
    expect(asked(sharing)).toHaveLength(5);
  });

  it('are null if the project does not exist or its id is invalid', async () => {
    await using sharing = await start();
    const id = '00000000-0000-4000-8000-000000000004';
    sharing.world.addImage({ id, owner: projects.producer, members: [{ memberId: 'a/b' }, { memberId: 'ghost' }] });
    const answer = await sharing.gateway.query(
      adminToken,
      `{ image(id: "${id}") { members { project { id name } } } }`,
    );
    expect(answer.errors).toBeUndefined();
    expect(answer.data).toEqual({
      image: { members: [{ project: { id: 'a/b', name: null } }, { project: { id: 'ghost', name: null } }] },
    });
    expect(asked(sharing)).toEqual(['GET identity/auth/projects', 'GET identity/projects/ghost']);
  });

  it('are available in payloads too', async () => {
    await using sharing = await start();
    const { data } = await sharing.query(
      'producer',
      `mutation { createImageMember(input: { imageId: "00000000-0000-4000-8000-000000000001", memberId: "${projects.producer}" }) {
        imageMember { project { name } } userErrors { code } } }`,
    );
    expect(data).toEqual({ createImageMember: { imageMember: { project: { name: 'producer' } }, userErrors: [] } });
  });

  it('are null without an Identity service', async () => {
    await using sharing = await startSharing();
    sharing.image(1, {}, { a: 'accepted' });
    const answer = await sharing.query('producer', page);
    expect(answer.errors).toBeUndefined();
    expect(namesOf(answer)).toEqual({ owners: [null], members: [[null]] });
  });

  it('are rejected if the answer is about a different project', async () => {
    await using sharing = await start(
      answering((path) =>
        /^\/projects\/\w/.test(path) ? { status: 200, body: { project: { id: 'other', name: 'Evil' } } } : undefined,
      ),
    );
    const answer = await sharing.gateway.query(adminToken, '{ images(first: 1) { nodes { owner { name } } } }');
    expect(answer.raw).not.toContain('Evil');
    expect(codes(answer)).toEqual(['UPSTREAM_INVALID_RESPONSE']);
  });
});

describe('an Identity service that fails', () => {
  beforeEach(() => {
    // Retries follow without a pause.
    vi.spyOn(Math, 'random').mockReturnValue(0);
  });
  afterEach(() => vi.restoreAllMocks());

  const both =
    '{ viewer { user { id } projects { id } } images(first: 3) { nodes { id owner { id name } members { memberId project { name } } } } }';

  it.each([
    [500, 'UPSTREAM_UNAVAILABLE'],
    [503, 'UPSTREAM_UNAVAILABLE'],
    [302, 'UPSTREAM_INVALID_RESPONSE'],
    [429, 'RATE_LIMITED'],
    [401, 'UNAUTHENTICATED'],
  ])('with %i affects only the fields that need it, and gets at most five requests', async (status, code) => {
    await using sharing = await start(answering(() => ({ status, body: {} })));
    for (let times = 0; times < 3; times++) {
      const answer = await sharing.query('producer', both);
      expect(answer.status).toBe(200);
      expect(answer.data?.['viewer']).toBeNull();
      expect(nodesOf(answer).map(({ members }) => members?.length)).toEqual([3, 3, 3]);
      expect(codes(answer)).toEqual([code]);
      for (const { message, path } of answer.errors ?? []) {
        expect(message).toContain('the Identity service');
        expect(message).not.toContain('the Images API');
        expect(path?.at(-1)).toMatch(/^(?:viewer|name)$/);
      }
      expect(asked(sharing).length).toBeLessThanOrEqual(5);
    }
  });

  it('gets no requests while its breaker is open, and the Images API is still used', async () => {
    const environment = { UPSTREAM_BREAKER_FAILURES: '2', UPSTREAM_BREAKER_PAUSE_MS: '60000', UPSTREAM_RETRIES: '0' };
    await using sharing = await start(
      answering(() => ({ status: 503 })),
      environment,
    );
    await sharing.query('producer', both);
    asked(sharing);
    const answer = await sharing.query('producer', both);
    expect(asked(sharing)).toEqual([]);
    expect(codes(answer)).toEqual(['UPSTREAM_UNAVAILABLE']);
    expect(answer.errors?.[0]?.message).toContain('the Identity service has not answered for a while');
    expect(answer.data?.['images']).not.toBeNull();
    const { status } = await fetch(`${sharing.gateway.url}/readyz`);
    expect(status).toBe(200);
  });

  it('is named in the error if it is unreachable', async () => {
    await using sharing = await startSharing({
      environment: { IDENTITY_API_URL: refusingUrl, UPSTREAM_RETRIES: '0' },
    });
    sharing.image(1);
    const answer = await sharing.query('producer', '{ viewer { roles } images { nodes { id owner { name } } } }');
    expect(codes(answer)).toEqual(['UPSTREAM_UNAVAILABLE']);
    expect(answer.errors?.map(({ message }) => message)).toContain(
      'Could not look up the caller: the Identity service cannot be reached, or closed the connection.',
    );
    expect(answer.data?.['images']).toMatchObject({ nodes: [{ owner: { name: null } }] });
  });

  it('does not delay other fields beyond its deadline if it never answers', async () => {
    await using sharing = await start(({ target }) => (target.startsWith('/identity') ? () => {} : undefined), {
      UPSTREAM_DEADLINE_MS: '1000',
    });
    const answer = await sharing.query('producer', both);
    expect(codes(answer)).toEqual(['UPSTREAM_TIMEOUT']);
    expect(answer.data?.['images']).not.toBeNull();
  });
});

describe.each([
  { asked: 'for the first time', before: 0 },
  { asked: 'again', before: 3 },
])('a project entity, requested $asked', ({ before }) => {
  const query =
    'query ($r: [_Any!]!) { _entities(representations: $r) { __typename ... on Project { id name } ... on User { id name } } }';

  async function entities(sharing: Sharing, representations: readonly unknown[], token: string | null = tokenOf('a')) {
    for (let times = 0; times < before; times++) await sharing.gateway.query(token, query, { r: [] });
    return sharing.gateway.query(token, query, { r: representations });
  }

  it('has the name from the Identity service, whatever the representation says', async () => {
    await using sharing = await start();
    const { data, errors } = await entities(sharing, [
      { __typename: 'Project', id: projects.a, name: 'Evil' },
      { __typename: 'User', id: 'u', name: 'Evil' },
    ]);
    expect(errors).toBeUndefined();
    expect(data?.['_entities']).toEqual([
      { __typename: 'Project', id: projects.a, name: 'a' },
      { __typename: 'User', id: 'u', name: null },
    ]);
  });

  it('fails individually with an invalid id', async () => {
    await using sharing = await start();
    const bad = [{ $ne: null }, true, '..', '', undefined].flatMap((id) =>
      ['Project', 'User'].map((__typename) => ({ __typename, id })),
    );
    const { data, errors } = await entities(sharing, [...bad, { __typename: 'Project', id: projects.a }]);
    expect(data?.['_entities']).toEqual([...bad.map(() => null), { __typename: 'Project', id: projects.a, name: 'a' }]);
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(bad.map(() => 'BAD_USER_INPUT'));
  });

  it('has no name without a token', async () => {
    await using sharing = await start();
    const answer = await entities(sharing, [{ __typename: 'Project', id: projects.a }], null);
    expect(codes(answer)).toEqual(['UNAUTHENTICATED']);
    expect(asked(sharing)).toEqual([]);
  });
});
