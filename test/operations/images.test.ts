import { describe, expect, it } from 'vitest';
import type { Answer } from '../support/gateway.ts';
import { imageId, projects, startSharing } from '../support/sharing.ts';

interface Page {
  readonly nodes: readonly { readonly name: string }[];
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly name: string } }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

const byName = `query ($first: Int, $after: String) {
  images(first: $first, after: $after, orderBy: { field: NAME, direction: ASC }) {
    nodes { name } edges { cursor node { name } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

function page({ data }: Answer): Page {
  return data?.['images'] as Page;
}

function numbers(answer: Answer): number[] {
  return page(answer).nodes.map(({ name }) => Number(name.replace('image ', '')));
}

async function startWithImages(count: number, pageMax = 1000) {
  const sharing = await startSharing({ pageMax });
  for (let number = 1; number <= count; number++) sharing.image(number);
  return sharing;
}

describe('a page', () => {
  it('contains its images as nodes and as edges, with cursors to continue', async () => {
    await using sharing = await startWithImages(3);
    const first = await sharing.query('producer', byName, { first: 2 });
    expect(numbers(first)).toEqual([1, 2]);
    const { edges, nodes, pageInfo } = page(first);
    expect(edges.map(({ node }) => node)).toEqual(nodes);
    expect(pageInfo).toEqual({
      hasNextPage: true,
      hasPreviousPage: false,
      startCursor: edges[0]?.cursor,
      endCursor: edges[1]?.cursor,
    });
    expect(sharing.calls()).toEqual(['GET /images?limit=3&sort_key=name&sort_dir=asc']);

    const second = await sharing.query('producer', byName, { first: 2, after: pageInfo.endCursor });
    expect(numbers(second)).toEqual([3]);
    expect(page(second).pageInfo.hasNextPage).toBe(false);
    // The call after the last named image checks whether images without a name follow.
    expect(sharing.calls()).toEqual([
      'GET /images?limit=3&sort_key=name&sort_dir=asc&marker=#2',
      'GET /images?limit=1&sort_key=name&sort_dir=desc',
    ]);

    const fromMiddle = await sharing.query('producer', byName, { first: 2, after: edges[0]?.cursor });
    expect(numbers(fromMiddle)).toEqual([2, 3]);
  });

  it('has no next page if it is the last and exactly full', async () => {
    await using sharing = await startWithImages(4);
    const byTime = byName.replace('NAME', 'CREATED_AT');
    const first = await sharing.query('producer', byTime, { first: 2 });
    const second = await sharing.query('producer', byTime, { first: 2, after: page(first).pageInfo.endCursor });
    expect(numbers(second)).toEqual([3, 4]);
    expect(page(second).pageInfo.hasNextPage).toBe(false);
    expect(sharing.calls()).toHaveLength(2);
  });

  it('has no cursors if it is empty', async () => {
    await using sharing = await startWithImages(0);
    const answer = await sharing.query('producer', byName);
    expect(page(answer)).toEqual({
      nodes: [],
      edges: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
    });
  });

  it('has 20 images by default', async () => {
    await using sharing = await startWithImages(21);
    expect(numbers(await sharing.query('producer', byName, { first: null }))).toHaveLength(20);
    expect(numbers(await sharing.query('producer', byName))).toHaveLength(20);
    expect(sharing.calls()).toEqual(Array(2).fill('GET /images?limit=21&sort_key=name&sort_dir=asc'));
  });

  it.each([
    [3, 7],
    [4, 2],
    [6, 1],
    [5, 1],
  ])('of %i is filled from upstream pages of at most 2 images, in as many calls as needed', async (first, after) => {
    await using sharing = await startWithImages(7, 2);
    const all = [1, 2, 3, 4, 5, 6, 7];
    const cursor = Buffer.from(`image:${imageId(after)}`).toString('base64url');
    const answer = await sharing.query('producer', byName, { first, after: cursor });
    const expected = all.slice(after, after + first);
    expect(numbers(answer)).toEqual(expected);
    expect(page(answer).pageInfo.hasNextPage).toBe(after + first < 7);
  });

  it.each([0, -1, 1001])('cannot have the size %i', async (first) => {
    await using sharing = await startWithImages(1);
    const { status, data, errors } = await sharing.query('producer', byName, { first });
    expect(status).toBe(200);
    expect(data).toEqual({ images: null });
    expect(errors).toMatchObject([{ path: ['images'], extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(sharing.calls()).toEqual([]);
  });

  it('can have 1000 images', async () => {
    await using sharing = await startWithImages(2);
    expect(numbers(await sharing.query('producer', byName, { first: 1000 }))).toEqual([1, 2]);
  });

  it('contains the valid rows, and continues after malformed ones', async () => {
    const rows = ['x', 'y', 'z'].map((name) => ({ id: name, name }));
    await using sharing = await startSharing({
      intercept({ target }) {
        const marker = new URL(target, 'http://upstream').searchParams.get('marker');
        const images = marker === null ? [rows[0], { id: 'y', size: 'big' }] : [rows[2]];
        return { status: 200, body: { images, ...(marker === null && { next: '/v2/images?marker=y' }) } };
      },
    });
    const answer = await sharing.query('producer', byName.replace('NAME', 'ID'), { first: 5 });
    expect(page(answer).nodes).toEqual([{ name: 'x' }, { name: 'z' }]);
    expect(answer.errors).toMatchObject([{ path: ['images'], extensions: { code: 'UPSTREAM_INVALID_RESPONSE' } }]);
    expect(sharing.calls()).toHaveLength(2);
  });
});

describe('a cursor', () => {
  it.each(['', 'x', '!!', Buffer.from('image:').toString('base64url'), Buffer.from('image:a/b').toString('base64url')])(
    'cannot be %j',
    async (after) => {
      await using sharing = await startWithImages(1);
      const { data, errors } = await sharing.query('producer', byName, { after });
      expect(data).toEqual({ images: null });
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
      expect(sharing.calls()).toEqual([]);
    },
  );

  it.each([
    ['is gone', imageId(9)],
    ['the token may not see', imageId(2)],
  ])('cannot be used if its image %s', async (_name, id) => {
    await using sharing = await startWithImages(1);
    sharing.image(2, { owner: projects.stranger, visibility: 'private' });
    const after = Buffer.from(`image:${id}`).toString('base64url');
    const { data, errors } = await sharing.query('producer', byName, { after });
    expect(data).toEqual({ images: null });
    expect(errors).toMatchObject([
      { message: expect.stringContaining('cursor'), extensions: { code: 'BAD_USER_INPUT' } },
    ]);
    expect(sharing.calls()).toHaveLength(1);
  });
});

describe('a filter', () => {
  const rows: readonly (readonly [string, string, readonly number[]])[] = [
    ['{}', '', [1, 2, 4, 6]],
    ['{ visibility: SHARED, memberStatus: PENDING }', 'visibility=shared&member_status=pending', [1, 3]],
    ['{ visibility: SHARED, memberStatus: ACCEPTED }', 'visibility=shared&member_status=accepted', [1, 4]],
    ['{ visibility: SHARED, memberStatus: REJECTED }', 'visibility=shared&member_status=rejected', [1, 5]],
    ['{ visibility: SHARED, memberStatus: ALL }', 'visibility=shared&member_status=all', [1, 3, 4, 5]],
    ['{ visibility: PRIVATE }', 'visibility=private', [2]],
    ['{ visibility: PUBLIC }', 'visibility=public', [6]],
    ['{ visibility: COMMUNITY }', 'visibility=community', [7]],
    ['{ visibility: ALL, memberStatus: ALL }', 'visibility=all&member_status=all', [1, 2, 3, 4, 5, 6, 7]],
    [`{ owner: "${projects.producer}" }`, 'owner=producer', [4, 6]],
    ['{ name: "image 1" }', 'name=eq%3Aimage+1', [1]],
    ['{ status: ACTIVE }', 'status=eq%3Aactive', [2]],
    ['{ tag: "t" }', 'tag=t', [4]],
    ['{ hidden: true, memberStatus: ALL }', 'member_status=all&os_hidden=true', [8]],
    ['{ hidden: false, protected: true }', 'os_hidden=false&protected=true', [6]],
    ['{ diskFormat: "qcow2" }', 'disk_format=eq%3Aqcow2', [2]],
    ['{ containerFormat: "bare" }', 'container_format=eq%3Abare', [1]],
    ['{ owner: null, visibility: null, hidden: null, tag: null }', '', [1, 2, 4, 6]],
    ['null', '', [1, 2, 4, 6]],
  ];

  it.each(rows)('%s sends "%s" upstream', async (filter, query, expected) => {
    await using sharing = await startSharing();
    sharing.image(1, { owner: projects.a, containerFormat: 'bare' });
    sharing.image(2, { owner: projects.a, visibility: 'private', status: 'active', diskFormat: 'qcow2' });
    sharing.image(3, {}, { a: 'pending' });
    sharing.image(4, { tags: ['t'] }, { a: 'accepted' });
    sharing.image(5, {}, { a: 'rejected' });
    sharing.image(6, { visibility: 'public', protected: true });
    sharing.image(7, { visibility: 'community' });
    sharing.image(8, { osHidden: true }, { a: 'pending' });
    const answer = await sharing.query('a', `{ images(filter: ${filter}) { nodes { name } } }`);
    expect(answer.errors).toBeUndefined();
    expect(numbers(answer).sort()).toEqual(expected);
    expect(sharing.calls()).toEqual([`GET /images?limit=21${query && `&${query}`}`]);
  });

  it('that upstream refuses is a caller’s error', async () => {
    await using sharing = await startSharing({ intercept: () => ({ status: 400 }) });
    const { errors } = await sharing.query('a', '{ images(filter: { tag: "t" }) { nodes { name } } }');
    expect(errors).toMatchObject([{ path: ['images'], extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  it('that the token may not use is FORBIDDEN, without mentioning cursors', async () => {
    await using sharing = await startSharing({ intercept: () => ({ status: 403 }) });
    const { errors } = await sharing.query('a', '{ images { nodes { name } } }');
    expect(errors).toMatchObject([{ path: ['images'], extensions: { code: 'FORBIDDEN' } }]);
  });

  it('is sent with every page', async () => {
    await using sharing = await startWithImages(3, 1);
    await sharing.query('producer', '{ images(first: 2, filter: { visibility: SHARED }) { nodes { name } } }');
    expect(sharing.calls()).toEqual([
      'GET /images?limit=3&visibility=shared',
      'GET /images?limit=2&visibility=shared&marker=#3',
      'GET /images?limit=1&visibility=shared&marker=#2',
    ]);
  });
});

it.each([
  ['NAME', 'name'],
  ['STATUS', 'status'],
  ['CONTAINER_FORMAT', 'container_format'],
  ['DISK_FORMAT', 'disk_format'],
  ['SIZE', 'size'],
  ['ID', 'id'],
  ['CREATED_AT', 'created_at'],
  ['UPDATED_AT', 'updated_at'],
])('the order by %s is that of upstream, descending by default', async (field, key) => {
  await using sharing = await startWithImages(2);
  for (const [order, direction] of [
    [`{ field: ${field} }`, 'desc'],
    [`{ field: ${field}, direction: DESC }`, 'desc'],
    [`{ field: ${field}, direction: ASC }`, 'asc'],
  ]) {
    const { errors } = await sharing.query('producer', `{ images(orderBy: ${order}) { nodes { name } } }`);
    expect(errors).toBeUndefined();
    expect(sharing.calls()).toEqual([`GET /images?limit=21&sort_key=${key}&sort_dir=${direction}`]);
  }
});
