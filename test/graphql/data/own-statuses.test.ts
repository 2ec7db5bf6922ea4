import { describe, expect, it } from 'vitest';
import { leaveOutOwnImages } from '../../../src/graphql/data/leave-out-own.ts';
import { Loaders } from '../../../src/graphql/data/loaders.ts';
import { callsToFindOwn, findOwn, loadOwnStatuses } from '../../../src/graphql/data/own-statuses.ts';
import { Ownership } from '../../../src/graphql/data/ownership.ts';
import type { MemberStatus } from '../../../src/upstream/model.ts';
import { FakeImages, failure, makeImage, tooLarge } from '../../support/fake-images.ts';
import { imageId } from '../../support/image-id.ts';

const every: readonly MemberStatus[] = ['PENDING', 'ACCEPTED', 'REJECTED'];
const images = [1, 2, 3, 4, 5].map((number) => makeImage(number));
/** Image 1 is the caller's own; in image 4, it is a member twice. */
const own: Readonly<Record<string, readonly MemberStatus[]>> = {
  [imageId(1)]: every,
  [imageId(2)]: ['PENDING'],
  [imageId(3)]: ['REJECTED'],
  [imageId(4)]: ['PENDING', 'ACCEPTED'],
};

const upper = 'ABCDEF01-0000-4000-8000-000000000001';

describe('own statuses', () => {
  it('come from one list per status', async () => {
    const client = new FakeImages({ images, own });
    expect(await loadOwnStatuses(client, images)).toEqual([null, 'PENDING', 'REJECTED', 'SEVERAL', null]);
    expect(client.calls).toEqual(every.map((status) => `${status} visible #1,#2,#3,#4,#5`));
  });

  it('of hidden images come from lists of their own, and of images with unknown attributes from both', async () => {
    const hidden = makeImage(2, { os_hidden: true });
    const old = makeImage(3, { os_hidden: null });
    const client = new FakeImages({ images: [hidden, old, makeImage(1)], own });
    expect(await loadOwnStatuses(client, [hidden, old, { id: imageId(1) }])).toEqual(['PENDING', 'REJECTED', null]);
    expect(client.calls.slice(0, 2)).toEqual(['PENDING visible #3,#1', 'PENDING hidden #2,#1']);
    expect(client.calls).toHaveLength(6);
  });

  it('of two spellings of one id come from two lists, and those of other ids from none', async () => {
    const image = makeImage(1, { id: upper.toLowerCase() });
    const client = new FakeImages({ images: [image], own: { [image.id]: ['REJECTED'] } });
    const asked = [
      image,
      { ...image, id: upper },
      { ...image, id: 'x' },
      { ...image, id: `x${upper}` },
      { ...image, id: `${upper}x` },
    ];
    expect(await loadOwnStatuses(client, asked)).toEqual(['REJECTED', 'REJECTED', null, null, null]);
    expect(client.calls.slice(0, 2)).toEqual([`PENDING visible ${image.id}`, `PENDING visible ${upper}`]);
    expect(client.calls).toHaveLength(6);
  });

  it('make no call if no image can be listed', async () => {
    const client = new FakeImages();
    expect(await loadOwnStatuses(client, [makeImage(1, { id: 'x' })])).toEqual([null]);
    expect(client.calls).toEqual([]);
  });

  it('come from several calls if upstream has shorter pages, as long as these have rows', async () => {
    const client = new FakeImages({ images, own, pageSize: 1 });
    expect(await loadOwnStatuses(client, images)).toEqual([null, 'PENDING', 'REJECTED', 'SEVERAL', null]);
    expect(client.calls.filter((call) => call.startsWith('PENDING'))).toEqual([
      'PENDING visible #1,#2,#3,#4,#5',
      'PENDING visible #2,#3,#4,#5',
      'PENDING visible #3,#4,#5',
      'PENDING visible #3,#5',
    ]);
    const full = new FakeImages({ images, own, pageSize: 2 });
    expect(await loadOwnStatuses(full, images.slice(0, 2))).toEqual([null, 'PENDING']);
    expect(full.calls).toEqual(every.map((status) => `${status} visible #1,#2`));
    const empty = new FakeImages({ images, own, pageSize: 0 });
    expect(await loadOwnStatuses(empty, images)).toEqual(Array(5).fill(null));
    expect(empty.calls).toHaveLength(3);
  });

  it('come from halves, one after the other, if a list is too large; a single image that is too large fails', async () => {
    const fail = (call: string) => (call.startsWith('PENDING') && /#1$|#1,#2/.test(call) ? tooLarge() : undefined);
    const client = new FakeImages({ images, own, fail });
    const [first, ...rest] = await loadOwnStatuses(client, images);
    expect(first).toMatchObject({ message: 'too large' });
    expect(rest).toEqual(['PENDING', 'REJECTED', 'SEVERAL', null]);
    expect(client.calls.filter((call) => call.startsWith('PENDING'))).toEqual([
      'PENDING visible #1,#2,#3,#4,#5',
      'PENDING visible #1,#2,#3',
      'PENDING visible #1,#2',
      'PENDING visible #1',
      'PENDING visible #2',
      'PENDING visible #3',
      'PENDING visible #4,#5',
    ]);
  });

  it('fail with the error of the first list that fails', async () => {
    const fail = (call: string) => {
      if (call.startsWith('ACCEPTED')) return failure(500);
      return call.startsWith('REJECTED') ? failure(503) : undefined;
    };
    await expect(loadOwnStatuses(new FakeImages({ images, own, fail }), images)).rejects.toThrow('failed with 500');
  });
});

describe('own images among those that are listed under a status', () => {
  it('are those that are listed under all others', async () => {
    const client = new FakeImages({ images, own });
    expect(
      await findOwn(
        client,
        [images[0], images[3]].flatMap((image) => image ?? []),
        'PENDING',
      ),
    ).toEqual(new Set(images.slice(0, 1)));
    expect(client.calls).toEqual(['ACCEPTED visible #1,#4', 'REJECTED visible #1,#4']);
  });

  it('are not looked for further once none is left', async () => {
    const client = new FakeImages({ images, own });
    expect(await findOwn(client, images.slice(1, 2), 'PENDING')).toEqual(new Set());
    expect(await findOwn(client, [], 'PENDING')).toEqual(new Set());
    expect(client.calls).toEqual(['ACCEPTED visible #2']);
  });

  it('are unknown if an image is too large to be listed', async () => {
    const client = new FakeImages({ images, own, fail: () => tooLarge() });
    await expect(findOwn(client, images, 'PENDING')).rejects.toThrow('too large');
  });

  it.each([
    [1, 'ALL', 3],
    [200, 'PENDING', 2],
    [201, 'ACCEPTED', 4],
    [201, 'ALL', 6],
  ] as const)('cost for %i images of the status %s at most %i calls', (count, status, calls) => {
    expect(callsToFindOwn(count, status)).toBe(calls);
  });
});

describe('images that are shared with the caller', () => {
  const setUp = () => {
    const client = new FakeImages({ images, own });
    return { client, loaders: new Loaders(client) };
  };
  const ids = (found: readonly { readonly id: string }[]) => found.map(({ id }) => Number(id.slice(-12)));

  it('leave out its own; the status of the others is known afterwards', async () => {
    const context = setUp();
    const listed = images.slice(0, 2);
    expect(ids(await leaveOutOwnImages(context, listed, 'PENDING'))).toEqual([2]);
    expect(context.client.calls).toEqual(['ACCEPTED visible #1,#2', 'REJECTED visible #1']);
    const statuses = await Promise.all(listed.map((image) => context.loaders.ownStatus(image)));
    expect(statuses).toEqual([null, 'PENDING']);
    expect(context.client.calls).toHaveLength(2);
  });

  it('of any status leave out its own and those in which it is no member, with three calls', async () => {
    const context = setUp();
    const listed = [0, 1, 2, 4].flatMap((index) => images[index] ?? []);
    expect(ids(await leaveOutOwnImages(context, listed, 'ALL'))).toEqual([2, 3]);
    expect(context.client.calls).toHaveLength(3);
  });

  it('cost no call once it was found out twice in a row', async () => {
    let ownership = new Ownership(undefined, null);
    const calls: number[] = [];
    for (let read = 0; read < 4; read++) {
      const context = setUp();
      expect(ids(await leaveOutOwnImages(context, images.slice(0, 2), 'PENDING', ownership))).toEqual([2]);
      calls.push(context.client.calls.length);
      ownership = new Ownership(ownership, null);
    }
    expect(calls).toEqual([2, 2, 0, 0]);
  });

  it('cost no call if the project of the caller is known', async () => {
    const context = setUp();
    const listed = [makeImage(1, { owner: 'p' }), makeImage(2, { owner: 'q' })];
    const ownership = new Ownership(undefined, 'p');
    expect(ids(await leaveOutOwnImages(context, listed, 'PENDING', ownership))).toEqual([2]);
    expect(context.client.calls).toEqual([]);
  });
});

describe('what is known of ownership', () => {
  const image = makeImage(1, { owner: 'p' });
  const next = (ownership: Ownership) => new Ownership(ownership, null);

  it('is used from the second equal finding in a row', () => {
    const first = new Ownership(undefined, null);
    first.learn(image, true);
    expect(first.isOwn(image)).toBeUndefined();
    const second = next(first);
    expect(second.isOwn(image)).toBeUndefined();
    second.learn(image, true);
    const third = next(second);
    expect(third.isOwn(image)).toBe(true);
    expect(next(third).isOwn(image)).toBe(true);
  });

  it('starts again with a different finding or another owner, and is forgotten if it is not asked for', () => {
    const first = new Ownership(undefined, null);
    first.learn(image, true);
    const second = next(first);
    second.learn(image, false);
    const third = next(second);
    expect(third.isOwn(image)).toBeUndefined();
    third.learn(image, false);
    const fourth = next(third);
    expect(fourth.isOwn({ ...image, owner: { id: 'q' } })).toBeUndefined();
    expect(fourth.isOwn({ ...image, owner: null })).toBeUndefined();
    expect(fourth.isOwn(image)).toBe(false);
    expect(next(next(third)).isOwn(image)).toBeUndefined();
  });

  it('holds for an image without an owner', () => {
    const ownerless = { ...image, owner: null };
    const first = new Ownership(undefined, null);
    first.learn(ownerless, false);
    const second = next(first);
    second.learn(ownerless, false);
    expect(next(second).isOwn(ownerless)).toBe(false);
    expect(new Ownership(undefined, 'p').isOwn(ownerless)).toBe(false);
  });
});
