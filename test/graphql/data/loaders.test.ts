import { describe, expect, it } from 'vitest';
import { LoaderStats, Loaders, MemberList, noMembers } from '../../../src/graphql/data/loaders.ts';
import { FakeImages, failure, makeImage, makeMember } from '../../support/fake-images.ts';
import { imageId } from '../../support/image-id.ts';

const one = imageId(1);
const member = makeMember(1, 'a');
const list = { rows: [member, makeMember(1, 'b', 'accepted')], errors: [] };
const incomplete = { rows: [member], errors: [failure(200)] };

function load(held: ConstructorParameters<typeof FakeImages>[0] = {}, stats = new LoaderStats()) {
  const client = new FakeImages({ images: [makeImage(1), makeImage(2)], members: { [one]: list }, ...held });
  return { client, stats, loaders: new Loaders(client, stats) };
}

describe('loaders', () => {
  it('read each image, list, member and own status once, and count reads and loads', async () => {
    const { client, stats, loaders } = load({ own: { [one]: ['ACCEPTED'] } });
    for (const _time of [1, 2]) {
      expect(await loaders.image(one)).toMatchObject({ id: one });
      expect(await loaders.memberList(one)).toMatchObject(list);
      expect(await loaders.member({ imageId: one, memberId: 'a' })).toBe(member);
      expect(await loaders.ownStatus(makeImage(1))).toBe('ACCEPTED');
    }
    expect(client.calls).toEqual([
      'getImage #1',
      'listMembers #1',
      'PENDING visible #1',
      'ACCEPTED visible #1',
      'REJECTED visible #1',
    ]);
    expect(stats).toEqual({
      image: { reads: 2, loads: 1 },
      // A single member is taken from the list.
      memberList: { reads: 3, loads: 1 },
      member: { reads: 2, loads: 1 },
      ownStatus: { reads: 2, loads: 1 },
    });
  });

  it('look up the images, the members and the own statuses that are requested together in one call each', async () => {
    const { client, stats, loaders } = load();
    await Promise.all([1, 2].map((number) => loaders.image(imageId(number))));
    await Promise.all([1, 2].map((number) => loaders.ownStatus(makeImage(number))));
    const members = await Promise.all(['a', 'b', 'c'].map((memberId) => loaders.member({ imageId: one, memberId })));
    expect(members.map((found) => found?.status)).toEqual(['PENDING', 'ACCEPTED', undefined]);
    expect(client.calls).toEqual([
      'listImagesById visible #1,#2',
      'PENDING visible #1,#2',
      'ACCEPTED visible #1,#2',
      'REJECTED visible #1,#2',
      'listMembers #1',
    ]);
    expect(stats).toMatchObject({ image: { loads: 2 }, ownStatus: { loads: 2 }, member: { loads: 3 } });
  });
});

describe('the list of members', () => {
  it('is loaded as soon as it is expected, and a failure is told only to those who read it', async () => {
    const { client, loaders } = load({
      members: {},
      fail: (call) => (call.startsWith('list') ? failure(500) : undefined),
    });
    loaders.expectMemberList(one);
    expect(client.calls).toEqual(['listMembers #1']);
    await expect(loaders.memberList(one)).rejects.toThrow('failed with 500');
    expect(client.calls).toHaveLength(1);
  });

  it('is not a promise once it is loaded, unless all was cleared meanwhile', async () => {
    const { client, loaders } = load();
    const cleared = loaders.memberList(one);
    loaders.startOver();
    await cleared;
    const again = loaders.memberList(one);
    expect(again).toBeInstanceOf(Promise);
    expect(loaders.memberList(one)).toBe(again);
    const loaded = await again;
    expect(loaders.memberList(one)).toBe(loaded);
    loaders.expectMemberList(one);
    expect(loaders.imageOfMembers(one)).toEqual({ id: one });
    expect(client.calls).toEqual(['listMembers #1', 'listMembers #1']);
  });

  const refused = failure(403, 'Only shared images have members');

  it.each([
    ['null', 'the image does not exist', failure(404), null],
    ['empty', 'upstream says that the image is not shared', refused, noMembers],
  ])('is %s, without another call, if %s', async (_result, _why, error, expected) => {
    const { client, loaders } = load({ fail: () => error });
    expect(await loaders.memberList(one)).toBe(expected);
    expect(client.calls).toEqual(['listMembers #1']);
  });

  it('is empty after another refusal if the image is not shared', async () => {
    const fail = (call: string) => (call.startsWith('list') ? failure(403) : undefined);
    const { client, loaders } = load({ images: [makeImage(1, { visibility: 'private' })], fail });
    expect(await loaders.memberList(one)).toMatchObject({ rows: [], errors: [] });
    expect(client.calls).toEqual(['listMembers #1', 'getImage #1']);
  });

  it.each([
    ['the image is shared', failure(403), [makeImage(1)], ['listMembers #1', 'getImage #1']],
    ['the image cannot be seen', failure(403), [], ['listMembers #1', 'getImage #1']],
    ['it was not a refusal', failure(500), [], ['listMembers #1']],
    ['upstream did not fail', new TypeError('a bug'), [], ['listMembers #1']],
  ])('fails with the same error if %s', async (_why, error, images, calls) => {
    const { client, loaders } = load({ images, fail: (call) => (call.startsWith('list') ? error : undefined) });
    await expect(loaders.memberList(one)).rejects.toBe(error);
    expect(client.calls).toEqual(calls);
  });

  it('can be requested ahead, without a second call, and without an unhandled error', async () => {
    const { client, loaders } = load({ fail: () => failure(500) });
    loaders.expectMemberList(one);
    await new Promise((resolve) => setImmediate(resolve));
    await expect(loaders.memberList(one)).rejects.toThrow('failed with 500');
    expect(client.calls).toEqual(['listMembers #1']);
  });

  it.each([
    ['has members', one, list, ['listMembers #1'], one],
    ['has none', one, noMembers, ['listMembers #1'], one],
    ['has none, under an id whose spelling may be another', 'I', noMembers, ['listMembers I', 'getImage I'], undefined],
    ['cannot be listed', one, undefined, ['listMembers #1', 'getImage #1'], one],
  ])('shows the key of an image that %s', async (_what, id, members, calls, expected) => {
    const { client, loaders } = load({ members: members ? { [id]: members } : {} });
    expect((await loaders.imageOfMembers(id))?.id).toBe(expected);
    expect(client.calls).toEqual(calls);
  });

  it('shows how upstream spells the id of an image, and is not needed to look it up if it fails', async () => {
    const { loaders } = load({ members: { I: list } });
    expect(await loaders.imageOfMembers('I')).toEqual({ id: one });
    const failing = load({ fail: (call) => (call.startsWith('list') ? failure(500) : undefined) });
    expect(await failing.loaders.imageOfMembers(one)).toMatchObject({ id: one, visibility: 'SHARED' });
  });

  it.each([
    ['several rows', [], list.rows, true, 0],
    ['no row', ['PENDING'], [], true, 0],
    ['a single row of the caller', ['PENDING'], [member], false, 3],
    ['a single row of another project', [], [member], true, 3],
  ] as const)('with %s is complete or not', async (_what, own, rows, expected, calls) => {
    const { client, loaders } = load({ own: { [one]: own } });
    expect(await loaders.areAllMembers(rows, makeImage(1))).toBe(expected);
    expect(client.calls).toHaveLength(calls);
  });
});

describe('a member', () => {
  it('that is requested alone is looked up', async () => {
    const { client, loaders } = load();
    expect(await loaders.member({ imageId: one, memberId: 'a' })).toBe(member);
    expect(
      await Promise.all([
        loaders.member({ imageId: one, memberId: 'c' }),
        loaders.member({ imageId: imageId(2), memberId: 'c' }),
      ]),
    ).toEqual([null, null]);
    expect(client.calls).toEqual(['getMember #1/a', 'getMember #1/c', 'getMember #2/c']);
  });

  it('that may be listed in another spelling is looked up as well', async () => {
    const { client, loaders } = load();
    await loaders.memberList(one);
    expect(await loaders.member({ imageId: one, memberId: 'A' })).toBe(member);
    expect(await loaders.member({ imageId: one, memberId: 'c' })).toBeNull();
    expect(client.calls).toEqual(['listMembers #1', 'getMember #1/A']);
  });

  it('with an id that cannot be part of a path is looked for in the list', async () => {
    const { client, loaders } = load();
    expect(await loaders.member({ imageId: one, memberId: 'é' })).toBeNull();
    expect(client.calls).toEqual(['listMembers #1']);
  });

  it('of an image that does not exist is null', async () => {
    const { loaders } = load({ members: {} });
    const keys = ['a', 'b'].map((memberId) => ({ imageId: one, memberId }));
    expect(await Promise.all(keys.map((key) => loaders.member(key)))).toEqual([null, null]);
  });

  it('that an incomplete list lacks is looked up, and unknown if it cannot be', async () => {
    const { client, loaders } = load({ members: { [one]: incomplete } });
    await loaders.memberList(one);
    expect(await loaders.member({ imageId: one, memberId: 'a' })).toBe(member);
    expect(await loaders.member({ imageId: one, memberId: 'c' })).toBeNull();
    await expect(loaders.member({ imageId: one, memberId: 'é' })).rejects.toBe(incomplete.errors[0]);
    expect(client.calls).toEqual(['listMembers #1', 'getMember #1/c']);
  });
});

describe('the own status', () => {
  it('in an image with another spelling of its id is that in the image which upstream holds', async () => {
    const image = makeImage(1, { id: 'abcdef01-0000-4000-8000-000000000001' });
    const { client, loaders } = load({ images: [image], own: { [image.id]: ['REJECTED'] } });
    expect(await loaders.ownStatus({ id: image.id.toUpperCase() })).toBe('REJECTED');
    expect(client.calls[0]).toBe(`getImage ${image.id.toUpperCase()}`);
    expect(await loaders.ownStatus({ id: 'none' })).toBeNull();
  });

  it('in an image of which only the key is known is looked up without the image', async () => {
    const { client, loaders } = load({ own: { [one]: ['REJECTED'] } });
    expect(await loaders.ownStatus({ id: one })).toBe('REJECTED');
    expect(client.calls.filter((call) => call.startsWith('getImage'))).toEqual([]);
  });

  it.each([
    ['its single row', { [one]: { rows: [makeMember(1, 'a', 'accepted')], errors: [] } }, 'ACCEPTED'],
    ['unknown among several rows', { [one]: list }, null],
    ['unknown without rows', { [one]: noMembers }, null],
    ['unknown without a list', {}, null],
  ])('of a caller that is a member twice is %s', async (_what, members, expected) => {
    const { client, loaders } = load({ own: { [one]: ['PENDING', 'REJECTED'] }, members });
    expect(await loaders.ownStatus(makeImage(1))).toBe(expected);
    expect(client.calls.at(-1)).toBe('listMembers #1');
  });

  it('fails if a list fails, and only for the image that the failure concerns', async () => {
    const fail = (call: string) => (call === 'PENDING visible #1' || call.includes('#1,') ? failure(414) : undefined);
    const { loaders } = load({ fail, own: { [imageId(2)]: ['PENDING'] } });
    const results = await Promise.allSettled([1, 2].map((number) => loaders.ownStatus(makeImage(number))));
    expect(results).toMatchObject([{ status: 'rejected', reason: { status: 414 } }, { value: 'PENDING' }]);
  });
});

describe('what is known already', () => {
  it('is not looked up', async () => {
    const { client, loaders } = load();
    loaders.primeImages([makeImage(1), makeImage(2)]);
    loaders.primeMemberList(one, new MemberList(list));
    loaders.primeOwnStatus(makeImage(1), 'REJECTED');
    expect(await loaders.image(imageId(2))).toMatchObject({ id: imageId(2) });
    expect(await loaders.memberList(one)).toMatchObject(list);
    expect(await loaders.ownStatus(makeImage(1))).toBe('REJECTED');
    expect(client.calls).toEqual([]);
  });

  it('does not replace a list that was read', async () => {
    const { loaders } = load();
    await loaders.memberList(one);
    loaders.primeMemberList(one, noMembers);
    expect(await loaders.memberList(one)).toMatchObject(list);
  });

  const reads = ['getImage #1', 'listMembers #1', 'PENDING visible #1', 'ACCEPTED visible #1', 'REJECTED visible #1'];
  const again: readonly (readonly [string, (loaders: Loaders) => void, readonly string[]])[] = [
    ['everything after a new start', (loaders) => loaders.startOver(), reads],
    ['all but the image if members are forgotten', (loaders) => loaders.forgetMembers(), reads.slice(1)],
    ['everything after a write', (loaders) => loaders.written({ imageId: one, memberId: 'a' }), reads],
    ['all but the image after a write to it', (loaders) => loaders.imageWritten(one, makeImage(1)), reads.slice(1)],
  ];

  it.each(again)('is read again: %s', async (_what, forget, calls) => {
    const { client, loaders } = load();
    const readAll = async () => {
      await loaders.image(one);
      await loaders.memberList(one);
      await loaders.member({ imageId: one, memberId: 'a' });
      await loaders.ownStatus(makeImage(1));
    };
    await readAll();
    client.calls.length = 0;
    forget(loaders);
    await readAll();
    expect(client.calls).toEqual(calls);
  });

  it('includes a member and an image that were written, as requested and as upstream spells them', async () => {
    const { client, loaders } = load();
    loaders.imageWritten('I', makeImage(1));
    expect(await loaders.image('I')).toBe(await loaders.image(one));
    loaders.written({ imageId: one, memberId: 'A' }, member);
    expect(await loaders.member({ imageId: one, memberId: 'A' })).toBe(member);
    expect(await loaders.member({ imageId: one, memberId: 'a' })).toBe(member);
    expect(client.calls).toEqual([]);
    loaders.written({ imageId: one, memberId: 'a' });
    await loaders.member({ imageId: one, memberId: 'a' });
    expect(client.calls).toEqual(['getMember #1/a']);
  });
});
