import { describe, expect, it } from 'vitest';
import { UpstreamError } from '../../../src/errors.ts';
import { Loaders } from '../../../src/graphql/data/loaders.ts';
import type { QueryImagesArgs } from '../../../src/graphql/generated.ts';
import { listImagePage } from '../../../src/graphql/resolvers/image-page.ts';
import type { ImageRow, ReadPage } from '../../../src/upstream/image-pages.ts';
import type { ImageAttributes, MemberStatus } from '../../../src/upstream/model.ts';
import { failure, makeImage } from '../../support/fake-images.ts';
import { imageId } from '../../support/image-id.ts';
import { ListedImages } from '../../support/listed-images.ts';

type Args = Partial<QueryImagesArgs>;

const numberOf = ({ id }: { readonly id: string }): number => Number(id.slice(-12));
const cursor = (text: string): string => Buffer.from(text).toString('base64url');
const broken = (id: string | undefined): ImageRow => ({
  id,
  image: new UpstreamError('UPSTREAM_INVALID_RESPONSE', `${id ?? 'a row'} was left out`),
});

function makeContext(client: ListedImages) {
  return { client, loaders: new Loaders(client) } as unknown as Parameters<typeof listImagePage>[1];
}

function list(client: ListedImages, args: Args = {}) {
  return listImagePage({ first: 2, ...args } as QueryImagesArgs, makeContext(client));
}

/** All pages, each as the numbers of its images, and the queries of each page. */
async function walk(client: ListedImages, args: Args = {}) {
  const pages: number[][] = [];
  const queries: string[][] = [];
  for (let after: string | null = null; pages.length < 20; ) {
    const { connection } = await list(client, { ...args, after });
    const { hasNextPage, endCursor } = connection.pageInfo;
    pages.push(connection.nodes.map(numberOf));
    queries.push(client.takeQueries());
    if (!hasNextPage) break;
    after = endCursor ?? null;
  }
  return { pages, queries };
}

function number(count: number, rest: object = {}): ImageAttributes[] {
  return Array.from({ length: count }, (_, index) => makeImage(index + 1, { ...rest }));
}

/** The statuses under which upstream lists images: those of the caller itself under each. */
function listUnder(images: readonly ImageAttributes[], shared: Readonly<Record<number, MemberStatus>>) {
  const all: readonly MemberStatus[] = ['PENDING', 'ACCEPTED', 'REJECTED'];
  return Object.fromEntries(
    images.map((image) => {
      const status = shared[numberOf(image)];
      return [image.id, status === undefined ? all : [status]];
    }),
  );
}

describe('a page of images', () => {
  it('has a cursor for each image, and says whether more follow', async () => {
    const client = new ListedImages({ rows: number(3) });
    const { connection, errors } = await list(client);
    expect(errors).toEqual([]);
    expect(connection.edges.map(({ cursor, node }) => [cursor, numberOf(node)])).toEqual([
      [cursor(`image:${imageId(3)}`), 3],
      [cursor(`image:${imageId(2)}`), 2],
    ]);
    expect(connection.pageInfo).toEqual({
      hasNextPage: true,
      hasPreviousPage: false,
      startCursor: cursor(`image:${imageId(3)}`),
      endCursor: cursor(`image:${imageId(2)}`),
    });
    const last = await list(client, { after: connection.pageInfo.endCursor ?? null });
    expect(last.connection.nodes.map(numberOf)).toEqual([1]);
    expect(last.connection.pageInfo).toMatchObject({ hasNextPage: false, endCursor: cursor(`image:${imageId(1)}`) });
  });

  it('that is empty has no cursors', async () => {
    const { connection } = await list(new ListedImages({ rows: [] }));
    expect(connection).toMatchObject({ edges: [], nodes: [] });
    expect(connection.pageInfo).toMatchObject({ hasNextPage: false, startCursor: null, endCursor: null });
  });

  it('has 20 images unless requested otherwise, and is read with one row more', async () => {
    const client = new ListedImages({ rows: number(30) });
    const { connection } = await list(client, { first: null });
    expect(connection.nodes).toHaveLength(20);
    expect(client.takeQueries()).toEqual(['default order 21']);
  });

  it.each([0, -1, 1001])('cannot have %i images', async (first) => {
    await expect(list(new ListedImages({ rows: [] }), { first })).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      message: '"first" must be from 1 to 1000.',
    });
  });

  it.each([1, 1000])('can have %i images', async (first) => {
    const { connection } = await list(new ListedImages({ rows: number(1) }), { first });
    expect(connection.nodes).toHaveLength(1);
  });

  it('reports the rows that are left out, which take a place unless they have no id', async () => {
    const rows = [makeImage(1), broken(imageId(2)), makeImage(3), broken(undefined)];
    const client = new ListedImages({ rows });
    const first = await list(client);
    expect(first.connection.nodes.map(numberOf)).toEqual([3]);
    expect(first.errors.map(({ message }) => message)).toEqual([`${imageId(2)} was left out`, 'a row was left out']);
    expect(first.connection.pageInfo).toMatchObject({ hasNextPage: true, endCursor: cursor(`image:${imageId(2)}`) });
    const second = await list(client, { after: first.connection.pageInfo.endCursor ?? null });
    expect(second.connection.nodes.map(numberOf)).toEqual([1]);
    expect(second.errors).toEqual([]);
  });

  it('passes the filter on to upstream', async () => {
    const client = new ListedImages({ rows: [] });
    await list(client, { filter: { name: 'n', visibility: 'PUBLIC', memberStatus: 'ALL', tag: null } });
    await list(client, { filter: null });
    await list(client, { filter: { sharedWithMe: true } });
    expect(client.queries).toEqual([
      { name: 'n', visibility: 'PUBLIC', memberStatus: 'ALL', tag: null, marker: undefined, limit: 3 },
      { marker: undefined, limit: 3 },
      { visibility: 'SHARED', marker: undefined, limit: 3 },
    ]);
  });
});

describe('a filter', () => {
  it.each(['owner', 'name', 'tag', 'diskFormat', 'containerFormat'])(
    'is refused if "%s" is longer than any stored value, or is no text',
    async (name) => {
      const client = new ListedImages({ rows: [] });
      await expect(list(client, { filter: { [name]: 'x'.repeat(256) } })).rejects.toMatchObject({
        code: 'BAD_USER_INPUT',
        message: `"filter.${name}" is longer than 255 characters.`,
      });
      await expect(list(client, { filter: { [name]: '\ud83d' } })).rejects.toMatchObject({
        code: 'BAD_USER_INPUT',
        message: `"filter.${name}" contains half of a surrogate pair.`,
      });
      expect(client.queries).toEqual([]);
      await list(client, { filter: { [name]: 'x'.repeat(255) } });
      expect(client.queries).toHaveLength(1);
    },
  );

  it('cannot ask for images that are shared with the caller and have another visibility', async () => {
    const client = new ListedImages({ rows: [] });
    await expect(list(client, { filter: { sharedWithMe: true, visibility: 'PUBLIC' } })).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      message: '"filter.sharedWithMe" allows no "visibility" other than SHARED. Remove one of the two.',
    });
    await list(client, { filter: { sharedWithMe: true, visibility: 'SHARED' } });
    await list(client, { filter: { sharedWithMe: true, visibility: null } });
    await list(client, { filter: { sharedWithMe: false, visibility: 'PUBLIC' } });
    expect(client.queries.map(({ visibility }) => visibility)).toEqual(['SHARED', 'SHARED', 'PUBLIC']);
  });
});

describe('a cursor', () => {
  const unusable = {
    code: 'BAD_USER_INPUT',
    message: '"after" is not a cursor of this list, or its image no longer exists. Start again from the first page.',
  };

  it.each([
    ['text', 'text'],
    ['another list', cursor(`unset:${imageId(1)}`)],
    ['no id', cursor('image:')],
    ['an id that cannot be part of a path', cursor('image:a/b')],
    ['no colon', cursor(`image${imageId(1)}`)],
    ['another part', cursor(`x-image:${imageId(1)}`)],
  ])('of %s is refused without a call', async (_what, after) => {
    const client = new ListedImages({ rows: number(1) });
    await expect(list(client, { after })).rejects.toMatchObject(unusable);
    expect(client.queries).toEqual([]);
  });

  it('may be as long as that of the longest id, with any characters', async () => {
    const id = '\u20ac'.repeat(255);
    const rows = [makeImage(1), { ...makeImage(2), id }, makeImage(3)];
    expect((await walk(new ListedImages({ rows }), { first: 1 })).pages).toHaveLength(3);
  });

  it('that is longer than any is refused even if it decodes to a short one', async () => {
    const client = new ListedImages({ rows: number(2) });
    const after = `${cursor(`image:${imageId(2)}`)}${'.'.repeat(2_000)}`;
    await expect(list(client, { after })).rejects.toMatchObject(unusable);
  });

  const stale = cursor(`image:${imageId(9)}`);

  it.each([
    ['upstream does not know', failure(400, `No image found with ID ${imageId(9)}`), []],
    ['upstream does not show', failure(403, 'Image is not visible to you'), []],
    ['upstream shows no longer', failure(403, 'other words'), ['getImage #9']],
  ])('whose image %s is the cause of the refusal', async (_what, error, calls) => {
    const answer = () => {
      throw error;
    };
    const client = new ListedImages({ rows: number(2), answer });
    await expect(list(client, { after: stale })).rejects.toMatchObject(unusable);
    expect(client.calls).toEqual(calls);
  });

  it('that upstream refuses is reported with the request id of upstream', async () => {
    const words = 'No image found with ID';
    const answer = () => {
      throw new UpstreamError('BAD_USER_INPUT', 'm', { status: 400, words, upstreamRequestId: 'req-7' });
    };
    const refused = list(new ListedImages({ rows: [], answer }), { after: stale });
    await expect(refused).rejects.toMatchObject({ ...unusable, details: { upstreamRequestId: 'req-7' } });
  });

  it.each([
    ['a refusal although the image is there', failure(403), {}],
    ['a refusal where the image cannot be read', failure(403), { fail: () => failure(500) }],
    ['another status', failure(500, 'not visible'), { images: [] }],
    ['a bug', new TypeError('a bug'), { images: [] }],
  ])('is not the cause of %s', async (_what, error, held) => {
    const answer = () => {
      throw error;
    };
    const client = new ListedImages({ rows: [makeImage(9)], answer }, held);
    await expect(list(client, { after: stale })).rejects.toBe(error);
  });

  it('is not the cause if there is none', async () => {
    const error = failure(400, 'No image found with ID');
    const answer = () => {
      throw error;
    };
    await expect(list(new ListedImages({ rows: [], answer }))).rejects.toBe(error);
  });

  it('is not the cause if a later page is gone', async () => {
    const answer = ({ marker }: { readonly marker?: string | undefined }, page: () => ReadPage) => {
      if (marker !== imageId(4)) return page();
      throw failure(400, 'No image found with ID');
    };
    for (const after of [null, cursor(`image:${imageId(5)}`)]) {
      const client = new ListedImages({ rows: number(5), pageMax: 1, answer });
      await expect(list(client, { after })).rejects.toMatchObject({
        code: 'UPSTREAM_UNAVAILABLE',
        message: 'The list of images changed while it was read. Try again.',
      });
    }
  });
});

describe('an order', () => {
  const orders = ['SIZE', 'NAME'] as const;
  const values = [null, 3, null, 1, null, 10];
  const rows = values.map((value, index) =>
    makeImage(index + 1, { size: value, name: value === null ? null : `n${String(value).padStart(2, '0')}` }),
  );

  it.each([
    ['CREATED_AT', 'ASC', 'created_at asc 3'],
    ['CREATED_AT', 'DESC', 'created_at desc 3'],
    ['UPDATED_AT', 'DESC', 'updated_at desc 3'],
  ] as const)('by %s, %s is one list', async (field, direction, query) => {
    const client = new ListedImages({ rows: number(2) });
    const { pages, queries } = await walk(client, { orderBy: { field, direction } });
    expect(queries).toEqual([[query]]);
    expect(pages.flat()).toEqual(direction === 'ASC' ? [1, 2] : [2, 1]);
  });

  it.each(orders)('by %s reads a list that fits on a page with one call', async (field) => {
    for (const nullIsLargest of [true, false]) {
      const client = new ListedImages({ rows, nullIsLargest });
      const { pages, queries } = await walk(client, { first: 6, orderBy: { field, direction: 'ASC' } });
      expect(pages).toEqual([nullIsLargest ? [4, 2, 6, 1, 3, 5] : [1, 3, 5, 4, 2, 6]]);
      expect(queries).toEqual([[`${field.toLowerCase()} asc 7`]]);
    }
  });

  it.each(
    orders.flatMap((field) =>
      [1, 2, 3, 4, 5].flatMap((first) => [true, false].map((largest) => [field, first, largest])),
    ),
  )('by %s in pages of %i contains each image once where null is the largest value: %s', async (...options) => {
    const [field, first, nullIsLargest] = options as ['SIZE' | 'NAME', number, boolean];
    const client = new ListedImages({ rows, nullIsLargest });
    const ascending = await walk(client, { first, orderBy: { field, direction: 'ASC' } });
    expect(ascending.pages.flat()).toEqual(nullIsLargest ? [4, 2, 6, 1, 3, 5] : [1, 3, 5, 4, 2, 6]);
    expect(ascending.pages.slice(0, -1).every(({ length }) => length === first)).toBe(true);
    const descending = await walk(client, { first, orderBy: { field, direction: 'DESC' } });
    expect(descending.pages.flat()).toEqual(ascending.pages.flat().toReversed());
  });

  it('by size asks upstream for images with a size, and for the others by date', async () => {
    const small = new ListedImages({ rows });
    expect((await walk(small, { orderBy: { field: 'SIZE', direction: 'ASC' } })).queries).toEqual([
      ['size asc 3', 'created_at asc 3', 'created_at asc 24 after #3'],
      ['created_at asc 3 after #3', 'created_at asc 24 after #6', 'size asc 1', 'size asc 2 from 0'],
      ['size asc 3 from 0 after #4', 'size desc 1'],
    ]);
    const large = new ListedImages({ rows, nullIsLargest: true });
    expect((await walk(large, { orderBy: { field: 'SIZE', direction: 'ASC' } })).queries).toEqual([
      ['size asc 3'],
      ['size asc 3 from 0 after #2', 'size desc 1', 'created_at asc 2', 'created_at asc 16 after #2'],
      ['created_at asc 3 after #1', 'created_at asc 24 after #4', 'size asc 1'],
    ]);
  });

  it('by name stops to read names where the images without one begin', async () => {
    const client = new ListedImages({ rows, nullIsLargest: true });
    expect((await walk(client, { orderBy: { field: 'NAME', direction: 'ASC' } })).queries).toEqual([
      ['name asc 3'],
      ['name asc 3 after #2', 'name desc 1', 'created_at asc 2', 'created_at asc 16 after #2'],
      ['created_at asc 3 after #1', 'created_at asc 24 after #4', 'name asc 1'],
    ]);
  });

  it('by name sorts images with an empty or blank name among those without one, by date', async () => {
    const named = [' ', null, 'a', '', '\t'].map((name, index) => makeImage(index + 1, { name }));
    const client = new ListedImages({ rows: named });
    const ascending = await walk(client, { first: 1, orderBy: { field: 'NAME', direction: 'ASC' } });
    expect(ascending.pages.flat()).toEqual([1, 2, 4, 5, 3]);
    const descending = await walk(client, { first: 1, orderBy: { field: 'NAME', direction: 'DESC' } });
    expect(descending.pages.flat()).toEqual([3, 5, 4, 2, 1]);
  });

  it('by size counts zero as a size', async () => {
    const sized = [makeImage(1, { size: 1 }), makeImage(2, { size: null }), makeImage(3, { size: 0 })];
    const { pages } = await walk(new ListedImages({ rows: sized }), {
      first: 1,
      orderBy: { field: 'SIZE', direction: 'ASC' },
    });
    expect(pages.flat()).toEqual([2, 3, 1]);
  });

  it.each([
    ['has', 1],
    ['lacks', null],
  ])('contains every image if each of them %s the value', async (_what, size) => {
    for (const direction of ['ASC', 'DESC'] as const) {
      const client = new ListedImages({ rows: number(5, { size }) });
      const { pages } = await walk(client, { orderBy: { field: 'SIZE', direction } });
      expect(pages.map(({ length }) => length)).toEqual([2, 2, 1]);
      expect(pages.flat().toSorted()).toEqual([1, 2, 3, 4, 5]);
    }
  });

  it.each(orders)('by %s reports a row that cannot be read once, although both parts contain it', async (field) => {
    const some = [makeImage(1, { size: 1, name: 'a' }), broken(imageId(2)), makeImage(3, { size: null })];
    const { connection, errors } = await list(new ListedImages({ rows: some, pageMax: 3 }), {
      first: 5,
      orderBy: { field, direction: 'DESC' },
    });
    expect(connection.nodes.map(numberOf).toSorted()).toEqual([1, 3]);
    expect(errors).toHaveLength(1);
  });

  it('asks once how the list begins', async () => {
    const some = [null, 1, 2, 3].map((size, index) => makeImage(index + 1, { size }));
    const { pages, queries } = await walk(new ListedImages({ rows: some }), {
      orderBy: { field: 'SIZE', direction: 'ASC' },
    });
    expect(pages).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(queries[0]).toEqual(['size asc 3', 'created_at asc 3', 'created_at asc 24 after #3', 'size asc 2 from 0']);
  });

  it('reads no more names after a cursor if the next images have none', async () => {
    const client = new ListedImages({ rows, nullIsLargest: true });
    await list(client, {
      first: 1,
      after: cursor(`image:${imageId(6)}`),
      orderBy: { field: 'NAME', direction: 'ASC' },
    });
    expect(client.takeQueries()).toEqual([
      'name asc 2 after #6',
      'name desc 1',
      'created_at asc 2',
      'created_at asc 16 after #2',
    ]);
  });

  it('ends where a list has become empty', async () => {
    const answer = ({ limit }: { readonly limit: number }, page: () => ReadPage): ReadPage =>
      limit === 1 ? { rows: [], more: false, lastId: undefined, limit, calls: 1 } : page();
    const client = new ListedImages({ rows, answer });
    const { connection } = await list(client, {
      after: cursor(`image:${imageId(2)}`),
      orderBy: { field: 'SIZE', direction: 'DESC' },
    });
    expect(connection.nodes.map(numberOf)).toEqual([4]);
    expect(connection.pageInfo.hasNextPage).toBe(false);
  });

  it('makes progress however many calls the beginning of the list takes', async () => {
    const answer = (_query: object, page: () => ReadPage): ReadPage => ({ ...page(), calls: 60 });
    const client = new ListedImages({ rows, answer });
    const { pages } = await walk(client, { first: 3, orderBy: { field: 'SIZE', direction: 'ASC' } });
    expect(pages.flat()).toEqual([1, 3, 5, 4, 2, 6]);
  });

  it('has parts whose images are told apart by their cursors', async () => {
    const client = new ListedImages({ rows });
    const { connection } = await list(client, { first: 6, orderBy: { field: 'SIZE', direction: 'ASC' } });
    const part = (text: string) => Buffer.from(text, 'base64url').toString().split(':')[0];
    expect(connection.edges.map(({ cursor }) => part(cursor))).toEqual([
      ...Array(3).fill('unset'),
      ...Array(3).fill('image'),
    ]);
  });
});

describe('the images that are shared with the caller', () => {
  const filter = { sharedWithMe: true, memberStatus: 'PENDING' } as const;

  it('are found among many own ones with few calls, which ask for more and more', async () => {
    const rows = number(3_000);
    const client = new ListedImages({ rows }, { own: listUnder(rows, { 1: 'PENDING' }) });
    const { pages, queries } = await walk(client, { first: 1, filter });
    expect(pages).toEqual([[1]]);
    expect(queries).toEqual([
      [
        'default order 2',
        'default order 16 after #2999',
        'default order 128 after #2983',
        'default order 1000 after #2855',
        'default order 1000 after #1855',
        'default order 1000 after #855',
      ],
    ]);
  });

  it.each(['ALL', 'PENDING'] as const)('are found for %s beside rows that cannot be read', async (memberStatus) => {
    const rows = [makeImage(1), broken(imageId(2))];
    const client = new ListedImages({ rows }, { own: { [imageId(1)]: ['PENDING'] } });
    const { connection, errors } = await list(client, { filter: { sharedWithMe: true, memberStatus } });
    expect(connection.nodes.map(numberOf)).toEqual([1]);
    expect(errors).toHaveLength(1);
  });

  it('are the accepted ones unless requested otherwise', async () => {
    const rows = number(4);
    const own = listUnder(rows, { 1: 'PENDING', 2: 'ACCEPTED', 3: 'REJECTED' });
    const find = async (given: Args['filter']) => {
      const client = new ListedImages({ rows }, { own });
      return { pages: (await walk(client, { first: 4, filter: given ?? {} })).pages, calls: client.calls };
    };
    expect((await find({ sharedWithMe: true, memberStatus: 'ALL' })).pages).toEqual([[3, 2, 1]]);
    expect((await find({ sharedWithMe: true })).calls).toEqual([
      'PENDING visible #4,#3,#2,#1',
      'REJECTED visible #4,#1',
    ]);
    expect((await find({})).calls).toEqual([]);
  });
});

describe('a list of shared images in an order with two parts', () => {
  it('asks about the images of each part once', async () => {
    const rows = [1, null, 2, null].map((size, index) => makeImage(index + 1, { size }));
    const client = new ListedImages({ rows, pageMax: 2 }, { own: listUnder(rows, { 1: 'ACCEPTED', 2: 'ACCEPTED' }) });
    const { connection } = await list(client, {
      first: 4,
      filter: { sharedWithMe: true },
      orderBy: { field: 'SIZE', direction: 'DESC' },
    });
    expect(connection.nodes.map(numberOf)).toEqual([1, 2]);
    expect(client.calls).toEqual([
      'PENDING visible #3,#1',
      'REJECTED visible #3',
      'PENDING visible #4',
      'REJECTED visible #4',
      'PENDING visible #2',
    ]);
  });
});

describe('a list that upstream serves in short pages', () => {
  it('ends a page after 60 calls, and the next page continues', async () => {
    const client = new ListedImages({ rows: number(70), pageMax: 1 });
    const { pages, queries } = await walk(client, { first: 100 });
    expect(pages.map(({ length }) => length)).toEqual([60, 10]);
    expect(new Set(pages.flat()).size).toBe(70);
    expect(queries.map(({ length }) => length)).toEqual([60, 11]);
  });

  it('counts the calls that find out which images are the own ones', async () => {
    const rows = number(70);
    const client = new ListedImages({ rows, pageMax: 1 }, { own: listUnder(rows, { 1: 'PENDING' }) });
    const filter = { sharedWithMe: true, memberStatus: 'PENDING' } as const;
    const { connection } = await list(client, { first: 1, filter });
    expect(connection.nodes).toEqual([]);
    const calls = client.queries.length + client.calls.length;
    // The next page of 1,000 images could cost eleven calls, and each page did cost three.
    expect(calls).toBeGreaterThan(60 - 11);
    expect(calls).toBeLessThanOrEqual(60 - 11 + 3);
    const end = client.queries.length;
    expect(connection.pageInfo).toMatchObject({ hasNextPage: true, endCursor: cursor(`image:${imageId(71 - end)}`) });
    const { pages } = await walk(client, { first: 1, filter });
    expect(pages.flat()).toEqual([1]);
  });

  it('does not ask how the list begins once a page is ended', async () => {
    const rows = number(70, { size: 1 });
    const client = new ListedImages({ rows, pageMax: 1 }, { own: listUnder(rows, {}) });
    const { connection } = await list(client, {
      filter: { sharedWithMe: true },
      orderBy: { field: 'SIZE', direction: 'DESC' },
    });
    expect(connection.pageInfo.hasNextPage).toBe(true);
    expect(client.takeQueries().at(-1)).toMatch(/^size desc 1000 from 0 after/);
  });

  it('ends a page after 60 calls in any part of an order', async () => {
    for (const sized of [58, 59, 60, 61]) {
      const rows = number(70).map((image, index) => ({ ...image, size: index < sized ? index : null }));
      for (const [direction, nullIsLargest] of [
        ['DESC', false],
        ['ASC', true],
        ['ASC', false],
      ] as const) {
        const client = new ListedImages({ rows, pageMax: 1, nullIsLargest });
        const { pages, queries } = await walk(client, { first: 100, orderBy: { field: 'SIZE', direction } });
        expect(pages.flat()).toHaveLength(70);
        expect(new Set(pages.flat()).size).toBe(70);
        expect(Math.max(...queries.map(({ length }) => length))).toBe(60);
      }
    }
  });

  it('is read in pages of at most four times as many rows as were not too large', async () => {
    const answer = ({ limit }: { readonly limit: number }, page: () => ReadPage): ReadPage => {
      const rows = page().rows.slice(0, 2);
      return limit > 20 ? { rows, more: true, lastId: rows[1]?.id, limit: 2, calls: 3 } : page();
    };
    const client = new ListedImages({ rows: number(30), answer });
    const { pages, queries } = await walk(client, { first: 50 });
    expect(pages.map(({ length }) => length)).toEqual([30]);
    expect(queries).toEqual([
      [
        'default order 51',
        'default order 8 after #29',
        'default order 32 after #21',
        'default order 8 after #19',
        'default order 31 after #11',
        'default order 8 after #9',
        'default order 21 after #1',
      ],
    ]);
  });
});

describe('a list', () => {
  it('that upstream repeats contains each image once, and ends', async () => {
    const rows = number(2);
    const repeated = { rows: rows.map((image) => ({ id: image.id, image })), more: true, lastId: imageId(2) };
    const client = new ListedImages({ rows, answer: () => ({ ...repeated, limit: 6, calls: 1 }) });
    expect(await walk(client, { first: 5 })).toEqual({
      pages: [[1, 2]],
      queries: [['default order 6', 'default order 4 after #2']],
    });
  });

  it('reports each row without an id, on any page', async () => {
    const rows = [broken(undefined), makeImage(1), broken(undefined), makeImage(2)].toReversed();
    const { connection, errors } = await list(new ListedImages({ rows, pageMax: 2 }), { first: 5 });
    expect(connection.nodes.map(numberOf)).toEqual([1, 2]);
    expect(errors).toHaveLength(2);
  });

  it('ends after a page that says no more rows follow, or where the next page would start is unknown', async () => {
    const rows = number(2).map((image) => ({ id: image.id, image }));
    for (const page of [
      { rows, more: false, lastId: imageId(2) },
      { rows, more: true, lastId: undefined },
    ]) {
      const client = new ListedImages({ rows, answer: () => ({ ...page, limit: 6, calls: 1 }) });
      expect(await walk(client, { first: 5 })).toEqual({ pages: [[1, 2]], queries: [['default order 6']] });
    }
  });
});
