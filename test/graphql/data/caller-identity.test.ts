import { describe, expect, it, vi } from 'vitest';
import { GatewayError } from '../../../src/errors.ts';
import { CallerIdentity } from '../../../src/graphql/data/caller-identity.ts';
import type { ProjectList } from '../../../src/identity/client.ts';
import type { TokenFacts } from '../../../src/identity/model.ts';
import { FakeIdentity, type IdentityAnswers } from '../../support/fake-identity.ts';
import { FakeImages, failure, makeImage } from '../../support/fake-images.ts';

const facts: TokenFacts = {
  user: { id: 'u', name: 'user' },
  project: { id: 'own', name: 'Own' },
  roles: ['member'],
  expiresAt: '2026-11-21T03:41:54Z',
};
const listOf = (...ids: readonly string[]): ProjectList => ({
  rows: ids.map((id) => ({ id, name: `name of ${id}` })),
  errors: [],
  isCut: false,
});

function start(answers: IdentityAnswers = {}) {
  const known = { token: facts, own: listOf('own'), all: listOf('own', 'p', 'q', 'r') };
  const identity = new FakeIdentity({ ...known, ...answers });
  const images = new FakeImages();
  const caller = new CallerIdentity(identity, images);
  const names = (...ids: readonly string[]) => Promise.all(ids.map((id) => caller.projectName(id)));
  return { identity, images, caller, names };
}

describe('the names of projects', () => {
  it('of the user come from one list', async () => {
    const { identity, names } = start();
    expect(await names('own')).toEqual(['name of own']);
    expect(await names('own')).toEqual(['name of own']);
    expect(identity.calls).toEqual(['own']);
  });

  it('of one other project costs one look-up, and of any more the list of all', async () => {
    const { identity, names } = start();
    expect(await names('own', 'p')).toEqual(['name of own', 'name of p']);
    expect(await names('q', 'r')).toEqual(['name of q', 'name of r']);
    expect(await names('none')).toEqual([null]);
    expect(identity.calls).toEqual(['own', 'project p', 'all']);
  });

  it('that are requested one after another take the list from the second one', async () => {
    const { identity, names } = start();
    expect(await names('p')).toEqual(['name of p']);
    expect(await names('q')).toEqual(['name of q']);
    expect(identity.calls).toEqual(['own', 'project p', 'all']);
  });

  it('are looked up one by one, as far as the requests go, if the list is cut', async () => {
    const { identity, names } = start({ all: { ...listOf('p'), isCut: true } });
    expect(await names('p', 'q')).toEqual(['name of p', 'name of q']);
    expect(await names('r', 's')).toEqual(['name of r', null]);
    expect(identity.calls).toEqual(['own', 'all', 'project q', 'project r']);
  });

  it('leave one request for the token, unless it was looked up', async () => {
    const reserved = start({ requests: 2 });
    expect(await reserved.names('p')).toEqual([null]);
    expect(await reserved.names('p', 'q')).toEqual([null, null]);
    expect(reserved.identity.calls).toEqual(['own']);
    const known = start({ requests: 3 });
    await known.caller.token();
    expect(await known.names('p')).toEqual(['name of p']);
  });

  it.each([
    ['a look-up', { project: 'REFUSED' }, ['p'], ['own', 'project p']],
    ['the list', { all: 'REFUSED' }, ['p', 'q'], ['own', 'all']],
    ['the list of own projects', { own: 'REFUSED', project: 'REFUSED' }, ['p'], ['own', 'project p']],
  ] as const)('are unknown, without further requests, after a refusal of %s', async (_what, answers, ids, calls) => {
    const { identity, names } = start(answers);
    expect(await names(...ids)).toEqual(ids.map(() => null));
    expect(await names('r', 's')).toEqual([null, null]);
    expect(identity.calls).toEqual(calls);
  });

  it('of a project that does not exist is null, and others are still found', async () => {
    const { identity, names } = start({ project: 'UNKNOWN' });
    expect(await names('none')).toEqual([null]);
    expect(await names('p')).toEqual(['name of p']);
    expect(identity.calls).toEqual(['own', 'project none', 'all']);
  });

  it('fail together, with one request, if the service fails', async () => {
    const { identity, names } = start({ project: failure(503) });
    await expect(names('p')).rejects.toThrow('failed with 503');
    await expect(names('q')).rejects.toThrow('failed with 503');
    expect(await names('own')).toEqual(['name of own']);
    expect(identity.calls).toEqual(['own', 'project p']);
  });

  it('are null, without a request, for ids that are none, and without an Identity service', async () => {
    const { identity, images, names } = start();
    expect(await names('a/b', '..')).toEqual([null, null]);
    expect(identity.calls).toEqual([]);
    const without = new CallerIdentity(null, images);
    expect([await without.projectName('p'), await without.token(), await without.ownProjects()]).toEqual([
      null,
      null,
      null,
    ]);
  });
});

describe('the caller', () => {
  it('is looked up once', async () => {
    const { identity, caller } = start();
    expect([await caller.token(), await caller.token()]).toEqual([facts, facts]);
    expect(await caller.ownProject()).toBe(facts.project);
    expect(await caller.ownProjects()).toEqual(await caller.ownProjects());
    expect(identity.calls).toEqual(['token', 'own']);
  });

  it('is unknown if it may not see its token', async () => {
    expect(await start({ token: 'REFUSED' }).caller.token()).toBeNull();
  });

  it('has its projects listed ahead, without an unhandled error', async () => {
    const { identity, caller } = start({ own: failure(503) });
    const unhandled: unknown[] = [];
    const note = (error: unknown) => unhandled.push(error);
    process.on('unhandledRejection', note);
    caller.expectOwnProjects();
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
    expect(identity.calls).toEqual(['own']);
    await expect(caller.ownProjects()).rejects.toThrow('failed with 503');
    expect(identity.calls).toEqual(['own']);
  });

  it('has the project that the Images API shows if it may not see its token, and is an ordinary one if that says so', async () => {
    const { images, caller } = start({ token: 'REFUSED' });
    const image = makeImage(1, { owner: 'p', visibility: 'private' });
    const page = { rows: [{ id: image.id, image }], more: false, lastId: image.id, calls: 1, limit: 20 };
    const listed = vi.spyOn(images, 'listImages').mockResolvedValue(page);
    const asked = vi.spyOn(images, 'isRefusedTasks').mockResolvedValue(true);
    for (const _time of [1, 2]) expect(await caller.ownProject()).toEqual({ id: 'p' });
    expect([listed.mock.calls.length, asked.mock.calls.length]).toEqual([1, 1]);
    for (const _time of [1, 2]) expect(await caller.isOrdinary()).toBe(true);
    expect(asked.mock.calls).toHaveLength(2);
  });

  it.each([
    ['the project of its token', {}, 'own', 0],
    ['what the Images API shows if it has no project', { token: { ...facts, project: null } }, 'asked', 1],
    ['what the Images API shows if its token cannot be looked up', { token: failure(503) }, 'asked', 1],
    ['what the Images API shows if it may not see its token', { token: 'REFUSED' }, 'asked', 1],
  ] as const)('has as its member id %s', async (_what, answers, expected, asks) => {
    const { caller } = start(answers);
    let asked = 0;
    const ask = async () => {
      asked++;
      return 'asked';
    };
    expect([await caller.ownMemberId(ask), await caller.ownMemberId(ask)]).toEqual([expected, expected]);
    expect(asked).toBe(asks);
  });

  it('has no member id if the Images API shows none, or fails', async () => {
    const answers = { token: 'REFUSED' } as const;
    expect(await start(answers).caller.ownMemberId(async () => undefined)).toBeNull();
    const refuse = () => Promise.reject(new GatewayError('FORBIDDEN', 'no'));
    expect(await start(answers).caller.ownMemberId(refuse)).toBeNull();
  });
});
