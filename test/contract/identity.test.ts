import { describe, expect, it } from 'vitest';
import type { Caller, ProjectName } from './cloud.ts';
import { codes } from './operations.ts';
import { openStage, type Stage } from './stage.ts';

/** The identity of a caller, by name: user, project, roles, and the projects in which the user has a role. */
interface Who {
  readonly caller: Caller;
  readonly user: string;
  readonly project: ProjectName | null;
  readonly roles: readonly string[] | null;
  readonly projects: readonly string[];
}

const member = ['member', 'reader'];

const people: readonly Who[] = [
  { caller: 'producer', user: 'producer', project: 'producer', roles: member, projects: ['producer'] },
  { caller: 'producerReader', user: 'producer-reader', project: 'producer', roles: ['reader'], projects: ['producer'] },
  { caller: 'consumerA', user: 'consumer-a', project: 'consumerA', roles: member, projects: ['consumer-a'] },
  {
    caller: 'consumerAReader',
    user: 'consumer-a-reader',
    project: 'consumerA',
    roles: ['reader'],
    projects: ['consumer-a'],
  },
  { caller: 'consumerB', user: 'consumer-b', project: 'consumerB', roles: member, projects: ['consumer-b', 'sandbox'] },
  { caller: 'stranger', user: 'stranger', project: 'stranger', roles: member, projects: ['stranger'] },
  { caller: 'admin', user: 'admin', project: 'admin', roles: ['admin', ...member], projects: ['admin'] },
  { caller: 'unscoped', user: 'consumer-a', project: null, roles: null, projects: ['consumer-a'] },
];

/** The name of each of these projects. */
const names: Readonly<Record<ProjectName, string>> = {
  producer: 'producer',
  consumerA: 'consumer-a',
  consumerB: 'consumer-b',
  stranger: 'stranger',
  admin: 'admin',
};

const everything = '{ viewer { user { id name } project { id name } roles expiresAt projects { id name } } }';

interface Named {
  readonly id: string;
  readonly name: string | null;
}

interface Viewer {
  readonly user: Named | null;
  readonly project: Named | null;
  readonly roles: readonly string[] | null;
  readonly expiresAt: string | null;
  readonly projects: readonly Named[] | null;
}

/** A Keystone behind uWSGI closes connections without announcing it; a call that hit a closed connection was repeated. */
function answered(calls: readonly string[]): string[] {
  return calls.filter((call) => !call.endsWith(' unreachable'));
}

async function look(stage: Stage, caller: Caller, document = everything): Promise<Viewer> {
  const { data, errors } = await stage.ask(caller, document);
  expect(errors).toEqual([]);
  return (data as { viewer: Viewer }).viewer;
}

describe('the viewer, with an Identity service', () => {
  it.each(people)('is $user for $caller', async ({ caller, user, project, roles, projects }) => {
    await using stage = await openStage({ hasIdentity: true });
    // Once interpreted, then compiled.
    for (let times = 0; times < 3; times++) {
      const viewer = await look(stage, caller);
      expect(viewer.user).toEqual({ id: expect.stringMatching(/^[0-9a-f]{32}$/), name: user });
      expect(viewer.project).toEqual(project && { id: stage.cloud.projects[project], name: names[project] });
      expect(viewer.roles && [...viewer.roles].sort()).toEqual(roles);
      expect(viewer.projects?.map(({ name }) => name).sort()).toEqual(projects);
      expect(viewer.expiresAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      const leftMs = Date.parse(viewer.expiresAt ?? '') - Date.now();
      expect(leftMs).toBeGreaterThan(0);
      expect(leftMs).toBeLessThan(25 * 3_600_000);
    }
    expect(answered(stage.calls)).toHaveLength(6);
  });

  it.each<Caller>(['expired', 'bad'])(
    'is an error for a token that is %s, and does not reveal the token',
    async (caller) => {
      await using stage = await openStage({ hasIdentity: true });
      const answer = await stage.ask(caller, everything);
      expect(answer.data).toEqual({ viewer: null });
      expect(codes(answer)).toEqual(['UNAUTHENTICATED']);
      expect(JSON.stringify(answer)).not.toContain(stage.cloud.tokens[caller]);
      expect(JSON.stringify(answer)).not.toContain(new URL(stage.cloud.identityApiUrl).host);
    },
  );

  it.each<Caller>(['empty', 'nobody'])('is null for a caller whose token is %s', async (caller) => {
    await using stage = await openStage({ hasIdentity: true });
    expect(await stage.ask(caller, everything)).toEqual({ data: { viewer: null }, errors: [] });
    expect(stage.calls).toEqual([]);
  });
});

describe('the names of projects, with an Identity service', () => {
  const unknown = '0123456789abcdef0123456789abcdef';
  const document = `query ($id: ID!) {
    image(id: $id) { owner { id name } members { project { id name } } }
    _entities(representations: [{ __typename: "Image", id: $id }]) { ... on Image { owner { name } } }
  }`;

  /** The names that the caller gets for the owner and the members, and the number of calls to the Identity service. */
  async function read(stage: Stage, caller: Caller, id: string) {
    const before = stage.calls.length;
    const { data, errors } = await stage.ask(caller, document, { id });
    expect(errors).toEqual([]);
    const { image } = data as { image: { owner: Named; members: { project: Named }[] } };
    const members = Object.fromEntries(image.members.map(({ project }) => [project.id, project.name]));
    const calls = answered(stage.calls.slice(before)).filter((call) => /token|project/i.test(call));
    return { owner: image.owner.name, members, calls: calls.length };
  }

  it.each<readonly [Caller, string | null, number]>([
    ['producer', 'producer', 2],
    ['producerReader', 'producer', 2],
    ['consumerA', null, 2],
    ['consumerAReader', null, 2],
    ['consumerB', null, 2],
    ['admin', 'producer', 2],
  ])('are shown to %s if it may look them up', async (caller, owner, calls) => {
    await using stage = await openStage({ hasIdentity: true });
    const { projects, sandboxId } = stage.cloud;
    const id = await stage.image({ members: { consumerA: 'accepted', consumerB: 'accepted' } });
    await stage.share(id, unknown);
    await stage.share(id, sandboxId);
    const told: Readonly<Partial<Record<Caller, Readonly<Record<string, string | null>>>>> = {
      consumerA: { [projects.consumerA]: 'consumer-a' },
      consumerAReader: { [projects.consumerA]: 'consumer-a' },
      consumerB: { [projects.consumerB]: 'consumer-b' },
      admin: {
        [projects.consumerA]: 'consumer-a',
        [projects.consumerB]: 'consumer-b',
        [sandboxId]: 'sandbox',
        [unknown]: null,
      },
    };
    const untold = { [projects.consumerA]: null, [projects.consumerB]: null, [sandboxId]: null, [unknown]: null };
    for (let times = 0; times < 3; times++) {
      expect(await read(stage, caller, id)).toEqual({ owner, members: told[caller] ?? untold, calls });
    }
  });

  it('include all of the user’s projects, whichever project the token is for', async () => {
    await using stage = await openStage({ hasIdentity: true });
    const { sandboxId, projects } = stage.cloud;
    const query = `{ _entities(representations: [{ __typename: "Project", id: "${sandboxId}" },
      { __typename: "Project", id: "${projects.consumerB}" }]) { ... on Project { name } } }`;
    const { data, errors } = await stage.ask('consumerB', query);
    expect([data, errors]).toEqual([{ _entities: [{ name: 'sandbox' }, { name: 'consumer-b' }] }, []]);
    expect(answered(stage.calls)).toEqual(['listOwnProjects']);
  });

  it('fail without affecting other fields for a token that is no longer accepted', async () => {
    await using stage = await openStage({ hasIdentity: true });
    const { projects } = stage.cloud;
    const query = `{ __typename _entities(representations: [{ __typename: "Project", id: "${projects.producer}" }]) {
      ... on Project { id name } } }`;
    for (const caller of ['expired', 'bad', 'nobody'] as const) {
      const answer = await stage.ask(caller, query);
      expect(answer.data).toEqual({ __typename: 'Query', _entities: [{ id: projects.producer, name: null }] });
      expect(codes(answer)).toEqual(['UNAUTHENTICATED']);
    }
  });
});

describe('the viewer, without an Identity service', () => {
  const onlyProject = '{ viewer { user { id } project { id name } roles expiresAt projects { id } } }';
  const nothing = { user: null, roles: null, expiresAt: null, projects: null };

  it.each<readonly [Caller, ProjectName]>([
    ['producer', 'producer'],
    ['producerReader', 'producer'],
    ['consumerA', 'consumerA'],
    ['consumerAReader', 'consumerA'],
    ['stranger', 'stranger'],
  ])('has the project of %s, derived from its private image', async (caller, owner) => {
    await using stage = await openStage();
    await stage.image({ owner, visibility: 'private' });
    for (let times = 0; times < 3; times++) {
      const viewer = await look(stage, caller, onlyProject);
      expect(viewer).toEqual({ ...nothing, project: { id: stage.cloud.projects[owner], name: null } });
    }
  });

  it.each<ProjectName>(['producer', 'admin'])(
    'has no project for an administrator, who sees private images of %s',
    async (owner) => {
      await using stage = await openStage();
      await stage.image({ owner, visibility: 'private' });
      expect(await look(stage, 'admin', onlyProject)).toEqual({ ...nothing, project: null });
    },
  );

  it('has no project for a token without one', async () => {
    await using stage = await openStage();
    await stage.image({ owner: 'consumerA', visibility: 'private' });
    expect(await look(stage, 'unscoped', onlyProject)).toEqual({ ...nothing, project: null });
  });

  it('has no project if there is no private image', async () => {
    await using stage = await openStage();
    await stage.image({ members: { consumerB: 'accepted' } });
    expect(await look(stage, 'consumerB', onlyProject)).toEqual({ ...nothing, project: null });
  });

  it.each<Caller>(['expired', 'bad'])('fails only in its project for a token that is %s', async (caller) => {
    await using stage = await openStage();
    const answer = await stage.ask(caller, onlyProject);
    expect(answer.data).toEqual({ viewer: { ...nothing, project: null } });
    expect(codes(answer)).toEqual(['UNAUTHENTICATED']);
    expect(answer.errors[0]?.path).toEqual(['viewer', 'project']);
  });

  it.each<Caller>(['empty', 'nobody'])('is null for a caller whose token is %s', async (caller) => {
    await using stage = await openStage();
    expect(await stage.ask(caller, onlyProject)).toEqual({ data: { viewer: null }, errors: [] });
  });
});
