import { describe, expect, it } from 'vitest';
import { findOwnRow } from '../../../src/graphql/resolvers/my-membership.ts';
import { OwnMember } from '../../../src/graphql/resolvers/own-member.ts';
import type { TokenFacts } from '../../../src/identity/model.ts';
import { ask, contextOf } from '../../support/ask.ts';
import { FakeIdentity } from '../../support/fake-identity.ts';
import { FakeImages, failure, makeImage, makeMember } from '../../support/fake-images.ts';
import { imageId } from '../../support/image-id.ts';

const [one, two] = [imageId(1), imageId(2)];
const a = makeMember(1, 'a');
const b = makeMember(1, 'b', 'accepted');

type Held = ConstructorParameters<typeof FakeImages>[0];

/** A caller of an Images API in which image 1 is shared with it. Without `token`, there is no Identity service. */
function start(held: Held = {}, token?: TokenFacts | Error) {
  const members = { [one]: { rows: [a], errors: [] } };
  const client = new FakeImages({ images: [makeImage(1)], own: { [one]: ['PENDING'] }, members, ...held });
  const context = contextOf(client, token && { identity: new FakeIdentity({ token }) });
  return { client, context, own: new OwnMember(context) };
}

const factsOf = (project: string | null): TokenFacts => ({
  user: { id: 'u', name: 'user' },
  project: project === null ? null : { id: project, name: project },
  roles: ['member'],
  expiresAt: '2026-11-21T03:41:54Z',
});

describe('the membership of the caller', () => {
  const run = async (selection: string, held: Held = {}, token?: TokenFacts) => {
    const { client, context } = start(held, token);
    const document = `query ($id: ID!) { image(id: $id) { visibility myMembership { ${selection} } } }`;
    const { data, errors } = await ask(context, document, { id: one });
    expect(errors).toEqual([]);
    return { found: (data as { image: { myMembership: unknown } }).image.myMembership, calls: client.calls };
  };
  const lists = ['getImage #1', 'PENDING visible #1', 'ACCEPTED visible #1', 'REJECTED visible #1'];

  it.each([
    ['status imageId', { status: 'PENDING', imageId: one }, []],
    ['status memberId', { status: 'PENDING', memberId: 'a' }, ['listMembers #1']],
    ['status createdAt', { status: 'PENDING', createdAt: a.createdAt }, ['listMembers #1']],
  ])('with %s is read as far as needed', async (selection, expected, more) => {
    expect(await run(selection)).toEqual({ found: expected, calls: [...lists, ...more] });
  });

  it('with its id needs no list where the Identity service tells the project', async () => {
    const { found, calls } = await run('status memberId', {}, factsOf('p'));
    expect(found).toEqual({ status: 'PENDING', memberId: 'p' });
    expect(calls).toEqual(lists);
  });

  it('in an image that is not shared is null without another call', async () => {
    const images = [makeImage(1, { visibility: 'public' })];
    expect(await run('status memberId', { images })).toEqual({ found: null, calls: ['getImage #1'] });
  });

  it('of a caller that is no member is null without a list of members', async () => {
    expect(await run('createdAt', { own: {} })).toEqual({ found: null, calls: lists });
  });

  it('is null if upstream shows no row of the caller any more', async () => {
    expect((await run('status memberId', { members: { [one]: { rows: [], errors: [] } } })).found).toBeNull();
    expect((await run('status memberId', { members: {} })).found).toBeNull();
  });

  it('is the only row that upstream lists, because it lists several to nobody but the owner', async () => {
    const find = (rows: readonly (typeof a)[] | null) =>
      findOwnRow(one, start({ members: rows === null ? {} : { [one]: { rows, errors: [] } } }).context);
    expect(await find([a])).toBe(a);
    expect(await find([a, b])).toBeNull();
    expect(await find([])).toBeNull();
    expect(await find(null)).toBeNull();
  });
});

describe('the member id of the caller', () => {
  it('is the project of its token, which is looked up once', async () => {
    const { client, own } = start({}, factsOf('p'));
    expect(own.id).toBeNull();
    expect(await own.isSought()).toBe(false);
    expect(await own.find(one)).toBe('p');
    expect(own.id).toBe('p');
    expect(await own.find(two)).toBe('p');
    expect(client.calls).toEqual([]);
  });

  it('is unknown for a token without a project', async () => {
    const { own } = start({}, factsOf(null));
    expect(await own.find(one)).toEqual({
      code: 'NOT_IMAGE_MEMBER',
      message: `The member status in image ${one} was not changed: the token is for no project.`,
      field: ['input', 'memberId'],
    });
    expect(own.id).toBeNull();
  });

  it('is not sought with an id that cannot be one', async () => {
    const { client, own } = start();
    expect(await own.find('a/b')).toMatchObject({ code: 'INVALID_INPUT', field: ['input', 'imageId'] });
    expect(client.calls).toEqual([]);
  });

  it('fails as the Identity service does', async () => {
    const { own } = start({}, failure(503));
    await expect(own.find(one)).rejects.toThrow('failed with 503');
    await expect(own.isSought()).rejects.toThrow('failed with 503');
  });

  it('is that of the only member that upstream lists to an ordinary caller, and is certain once confirmed', async () => {
    const { client, own } = start();
    expect(await own.isSought()).toBe(true);
    expect(await own.find(one)).toBe('a');
    expect([own.id, await own.isSought()]).toEqual([null, true]);
    own.confirm('a');
    expect([own.id, await own.isSought()]).toEqual(['a', false]);
    expect(await own.find(two)).toBe('a');
    expect(client.calls).toEqual(['listMembers #1', 'listTasks']);
  });

  it('is not told to an administrator, who is asked about once', async () => {
    const { client, own } = start({ isOrdinary: false });
    const message = (id: string) =>
      `The member status in image ${id} was not changed: an administrator must give the "memberId", because the Images ` +
      'API does not tell it.';
    expect(await own.find(one)).toMatchObject({ code: 'NOT_IMAGE_MEMBER', message: message(one) });
    expect(await own.isSought()).toBe(false);
    expect(await own.find(two)).toMatchObject({ message: message(two) });
    expect(client.calls).toEqual(['listMembers #1', 'listTasks']);
  });

  const noMember = {
    code: 'NOT_IMAGE_MEMBER',
    message: expect.stringContaining('only a member can set its status, with a token of its own project.'),
  };

  it.each([
    ['several members', [makeImage(1)], [a, b], noMember, 0],
    ['no members', [makeImage(1)], [], noMember, 1],
    ['no members, and cannot be read', [], [], noMember, 1],
    [
      'no members, because it is not shared',
      [makeImage(1, { visibility: 'private' })],
      [],
      { code: 'IMAGE_NOT_SHARED' },
      1,
    ],
  ])('cannot be told by an image that has %s', async (_what, images, rows, expected, reads) => {
    const { client, own } = start({ images, members: { [one]: { rows, errors: [] } } });
    expect(await own.find(one)).toMatchObject(expected);
    expect(client.calls).toEqual(['listMembers #1', ...Array(reads).fill('getImage #1')]);
  });

  it('cannot be told by an image that does not exist, or whose list is incomplete', async () => {
    expect(await start({ members: {} }).own.find(one)).toMatchObject({
      code: 'NOT_FOUND',
      message: `There is no image ${one}, or this token may not see it.`,
    });
    const error = failure(200);
    await expect(start({ members: { [one]: { rows: [a], errors: [error] } } }).own.find(one)).rejects.toBe(error);
  });
});

describe('an image in which the caller is no member', () => {
  it.each(['shared', 'private'])('tells its owner to be the caller if it is %s', async (visibility) => {
    const { own } = start({ images: [makeImage(1, { visibility, owner: 'o' })] });
    await own.learnFrom(one);
    expect(own.id).toBe('o');
  });

  it.each([
    ['is public', [makeImage(1, { visibility: 'public', owner: 'o' })]],
    ['is of the community', [makeImage(1, { visibility: 'community', owner: 'o' })]],
    ['cannot be seen', []],
  ])('tells nothing if it %s', async (_what, images) => {
    const { client, own } = start({ images });
    await own.learnFrom(one);
    expect([own.id, await own.isSought()]).toEqual([null, true]);
    expect(client.calls).toEqual(['getImage #1']);
  });

  it('tells nothing if it has no owner, or if a call fails', async () => {
    const { own } = start({ images: [makeImage(1, { owner: null })] });
    await own.learnFrom(one);
    expect([own.id, await own.isSought()]).toEqual([null, true]);
    const unread = start({ fail: () => failure(500) });
    await unread.own.learnFrom(one);
    expect([unread.own.id, await unread.own.isSought()]).toEqual([null, true]);
    const fail = (call: string) => (call === 'listTasks' ? failure(500) : undefined);
    const unsure = start({ images: [makeImage(1, { owner: 'o' })], fail });
    await unsure.own.learnFrom(one);
    expect([unsure.own.id, await unsure.own.isSought()]).toEqual([null, true]);
  });

  it('tells an administrator nothing, who then is not asked about any more', async () => {
    const { client, own } = start({ images: [makeImage(1, { owner: 'o' })], isOrdinary: false });
    await own.learnFrom(one);
    expect([own.id, await own.isSought()]).toEqual([null, false]);
    await own.learnFrom(two);
    expect(client.calls).toEqual(['getImage #1', 'listTasks']);
  });
});
