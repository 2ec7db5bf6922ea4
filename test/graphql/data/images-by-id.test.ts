import { describe, expect, it } from 'vitest';
import { inChunks, isForFewer, isListable, loadImagesById } from '../../../src/graphql/data/images-by-id.ts';
import { FakeImages, failure, makeImage, tooLarge } from '../../support/fake-images.ts';
import { imageId } from '../../support/image-id.ts';

const ids = [1, 2, 3, 4].map(imageId);

/** Loads the four images, of which image 4 is hidden. @returns the results, in short, and the calls. */
async function load(held: ConstructorParameters<typeof FakeImages>[0] = {}, wanted: readonly string[] = ids) {
  const images = [1, 2, 3, 4].map((number) => makeImage(number, { os_hidden: number === 4 }));
  const client = new FakeImages({ images, ...held });
  const found = await loadImagesById(client, wanted);
  const brief = found.map((result) =>
    result === null || result instanceof Error ? (result?.message ?? null) : Number(result.id.slice(-12)),
  );
  return { found: brief, calls: client.calls };
}

/** The error for calls that contain this text. */
const failAt = (text: string, error: Error) => ({ fail: (call: string) => (call.includes(text) ? error : undefined) });

describe('images by id', () => {
  it('are listed: first the visible ones, then, among the rest, the hidden ones', async () => {
    expect(await load({}, [...ids, imageId(5)])).toEqual({
      found: [1, 2, 3, 4, null],
      calls: ['listImagesById visible #1,#2,#3,#4,#5', 'listImagesById hidden #4,#5'],
    });
    expect((await load({}, ids.slice(0, 2))).calls).toEqual(['listImagesById visible #1,#2']);
  });

  it('are looked up one by one if there is only one, if one remains, or if they cannot be listed', async () => {
    expect(await load({}, ids.slice(0, 1))).toEqual({ found: [1], calls: ['getImage #1'] });
    expect((await load()).calls).toEqual(['listImagesById visible #1,#2,#3,#4', 'getImage #4']);
    const odd = ['other', 'ABCDEF01-0000-4000-8000-000000000001', `${imageId(1)}x`, `x${imageId(1)}`];
    expect((await load({}, odd)).calls).toEqual(odd.map((id) => `getImage ${id.replace(imageId(1), '#1')}`));
    expect((await load({}, ['other', ...ids.slice(0, 2)])).calls).toEqual([
      'getImage other',
      'listImagesById visible #1,#2',
    ]);
  });

  it('fail alone if they are looked up alone', async () => {
    expect((await load(failAt('getImage #4', failure(500)))).found).toEqual([1, 2, 3, 'failed with 500']);
  });

  it.each([400, 403])('are looked up one by one if upstream refuses the list with %i', async (status) => {
    const { found, calls } = await load(failAt('list', failure(status)));
    expect(found).toEqual([1, 2, 3, 4]);
    expect(calls.slice(1)).toEqual(['getImage #1', 'getImage #2', 'getImage #3', 'getImage #4']);
  });

  it('fail if the list fails, without further calls', async () => {
    const answer = await load(failAt('list', failure(500)));
    expect(answer).toEqual({
      found: Array(4).fill('failed with 500'),
      calls: ['listImagesById visible #1,#2,#3,#4'],
    });
    expect((await load(failAt('list', new TypeError('a bug')))).found).toEqual(Array(4).fill('a bug'));
  });

  it('are looked up one by one if rows of the list cannot be parsed', async () => {
    const { found, calls } = await load({ images: [makeImage(1), makeImage(2)], rowErrors: [failure(200)] });
    expect(found).toEqual([1, 2, null, null]);
    expect(calls.slice(1)).toEqual(['getImage #3', 'getImage #4']);
  });

  it('are listed in several calls if upstream has shorter pages', async () => {
    const { found, calls } = await load({ pageSize: 1 }, [...ids, imageId(5)]);
    expect(found).toEqual([1, 2, 3, 4, null]);
    expect(calls).toEqual([
      'listImagesById visible #1,#2,#3,#4,#5',
      'listImagesById visible #2,#3,#4,#5',
      'listImagesById visible #3,#4,#5',
      'listImagesById visible #4,#5',
      'listImagesById hidden #4,#5',
      'getImage #5',
    ]);
    const none = await load({ pageSize: 0 });
    expect(none).toEqual({
      found: [null, null, null, null],
      calls: ['listImagesById visible #1,#2,#3,#4', 'listImagesById hidden #1,#2,#3,#4'],
    });
  });

  it.each([
    ['too large', tooLarge()],
    ['refused because its URL is too long', failure(414)],
  ])('are listed in halves, one after the other, if the list is %s', async (_why, error) => {
    const five = [...ids, imageId(5)];
    const images = [1, 2, 3, 4, 5].map((number) => makeImage(number));
    const { found, calls } = await load({ images, ...failAt('#1,#2,#3', error) }, five);
    expect(found).toEqual([1, 2, 3, 4, 5]);
    expect(calls).toEqual([
      'listImagesById visible #1,#2,#3,#4,#5',
      'listImagesById visible #1,#2,#3',
      'listImagesById visible #1,#2',
      'getImage #3',
      'listImagesById visible #4,#5',
    ]);
  });

  it('that are hidden are listed in halves among the hidden ones', async () => {
    const images = ids.map((_id, index) => makeImage(index + 1, { os_hidden: true }));
    const { calls } = await load({ images, ...failAt('hidden #1,#2,#3', tooLarge()) });
    expect(calls.slice(2)).toEqual(['listImagesById hidden #1,#2', 'listImagesById hidden #3,#4']);
  });

  it('fail after forty lists that are too large', async () => {
    const many = Array.from({ length: 100 }, (_, index) => imageId(index + 1));
    const { found, calls } = await load(failAt('list', tooLarge()), many);
    const lists = calls.filter((call) => call.startsWith('list'));
    // Forty were halved; the rest is in three more.
    expect(lists).toHaveLength(43);
    expect(found).toContain('too large');
    expect(found.slice(0, 4)).toEqual([1, 2, 3, 4]);
  });
});

it('as many ids as one call takes make one chunk', () => {
  const many = (count: number) => inChunks(Array<string>(count).fill('x')).map(({ length }) => length);
  expect([0, 1, 200, 201, 400, 401].map(many)).toEqual([[], [1], [200], [200, 1], [200, 200], [200, 200, 1]]);
});

it('a request for fewer ids may help only if the response was too large or the URL too long', () => {
  expect([tooLarge(), failure(414)].map(isForFewer)).toEqual([true, true]);
  expect([failure(413), failure(400), new Error('x'), null, { status: 414 }].map(isForFewer)).toEqual(
    Array(5).fill(false),
  );
});

it('only a whole id as Glance generates it can be listed', () => {
  const id = 'abcdef01-2345-4678-9abc-def012345678';
  expect(isListable(id)).toBe(true);
  expect([`x${id}`, `${id}x`, id.toUpperCase(), id.replaceAll('-', ''), ''].map(isListable)).toEqual(
    Array(5).fill(false),
  );
});
