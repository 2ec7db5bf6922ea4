import { describe, expect, it } from 'vitest';
import type { Caller } from './cloud.ts';
import { codes } from './operations.ts';
import { type Answer, type NewImage, openStage, type Stage } from './stage.ts';

interface Connection {
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly id: string } }[];
  readonly nodes: readonly { readonly id: string }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

interface Page {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly filter?: object;
  readonly orderBy?: object;
}

function ask(stage: Stage, caller: Caller, { filter, ...rest }: Page): Promise<Answer> {
  const document = `query ($first: Int, $after: String, $filter: ImageFilter, $orderBy: ImageOrder) {
    images(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
      edges { cursor node { id } } nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }`;
  return stage.ask(caller, document, { filter: { tag: stage.tag, ...filter }, ...rest });
}

async function page(stage: Stage, variables: Page, caller: Caller = 'producer'): Promise<Connection> {
  const { data, errors } = await ask(stage, caller, variables);
  expect(errors).toEqual([]);
  const { images } = data as { images: Connection };
  expect(images.nodes).toEqual(images.edges.map(({ node }) => node));
  expect(images.pageInfo.hasPreviousPage).toBe(false);
  expect(images.pageInfo.startCursor).toBe(images.edges.at(0)?.cursor ?? null);
  expect(images.pageInfo.endCursor).toBe(images.edges.at(-1)?.cursor ?? null);
  return images;
}

/** All pages from the first to the last, as lists of ids. */
async function walk(stage: Stage, variables: Page): Promise<string[][]> {
  const pages: string[][] = [];
  for (let after: string | null = null; ; ) {
    const { nodes, pageInfo } = await page(stage, { ...variables, after });
    pages.push(nodes.map(({ id }) => id));
    if (!pageInfo.hasNextPage) return pages;
    after = pageInfo.endCursor;
  }
}

async function make(stage: Stage, count: number): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < count) ids.unshift(await stage.image());
  return ids;
}

describe('pages', () => {
  it.each([
    { count: 5, first: 2, sizes: [2, 2, 1] },
    { count: 4, first: 2, sizes: [2, 2] },
    { count: 3, first: 3, sizes: [3] },
    { count: 3, first: 1, sizes: [1, 1, 1] },
    { count: 2, first: 1000, sizes: [2] },
    { count: 0, first: 5, sizes: [0] },
  ])(
    'of $first out of $count images have the sizes $sizes, without an empty last page',
    async ({ count, first, sizes }) => {
      await using stage = await openStage();
      const ids = await make(stage, count);
      const pages = await walk(stage, { first });
      expect(pages.map(({ length }) => length)).toEqual(sizes);
      expect(pages.flat()).toEqual(ids);
    },
  );

  it('have 20 images by default', async () => {
    await using stage = await openStage();
    const ids = await make(stage, 21);
    const document = 'query ($tag: String) { images(filter: { tag: $tag }) { nodes { id } pageInfo { hasNextPage } } }';
    expect((await stage.ask('producer', document, { tag: stage.tag })).data).toEqual({
      images: { nodes: ids.slice(0, 20).map((id) => ({ id })), pageInfo: { hasNextPage: true } },
    });
    expect((await page(stage, { first: null })).nodes).toHaveLength(20);
  });

  it('may be larger than the cloud’s default page', async () => {
    await using stage = await openStage();
    const ids = await make(stage, 30);
    expect(await walk(stage, { first: 29 })).toEqual([ids.slice(0, 29), ids.slice(29)]);
  });

  const fields = ['NAME', 'STATUS', 'DISK_FORMAT', 'CONTAINER_FORMAT', 'SIZE', 'ID', 'CREATED_AT', 'UPDATED_AT'];
  it.each(fields.flatMap((field) => ['ASC', 'DESC'].map((direction) => ({ field, direction }))))(
    'contain every image once in the order $field $direction, even with equal values',
    async (orderBy) => {
      await using stage = await openStage();
      const ids = [
        await stage.image({ status: 'active' }),
        await stage.image({ status: 'active', data: 'more data' }),
        await stage.image({ status: 'active' }),
      ];
      const pages = await walk(stage, { first: 1, orderBy });
      expect(pages.flat().sort()).toEqual(ids.sort());
    },
  );

  const lacking: readonly NewImage[] = [
    { attributes: { name: null } },
    { status: 'active', data: 'abc', attributes: { name: '' } },
    { status: 'active', data: 'a', attributes: { name: 'b' } },
    { attributes: { name: null } },
    { attributes: { name: '' } },
    { status: 'active', data: 'ab', attributes: { name: 'a' } },
    { attributes: { name: ' ' } },
  ];
  it.each(['SIZE', 'NAME'].flatMap((field) => ['ASC', 'DESC'].map((direction) => ({ field, direction }))))(
    'contain every image once in the order $field $direction, even without a value',
    async (orderBy) => {
      await using stage = await openStage();
      const ids: string[] = [];
      for (const image of lacking) ids.push(await stage.image(image));
      for (const first of [1, 2, 3, 6]) {
        expect((await walk(stage, { first, orderBy })).flat().sort(), `pages of ${first}`).toEqual(ids);
      }
    },
  );
});

describe('a cursor', () => {
  it('of any image continues after that image', async () => {
    await using stage = await openStage();
    const ids = await make(stage, 4);
    const { edges } = await page(stage, { first: 4 });
    const after = edges[1]?.cursor ?? null;
    expect((await page(stage, { first: 4, after })).nodes.map(({ id }) => id)).toEqual(ids.slice(2));
    const last = await page(stage, { first: 4, after: edges[3]?.cursor ?? null });
    expect(last).toMatchObject({ nodes: [], pageInfo: { hasNextPage: false, endCursor: null } });
  });

  it('still works after its image has left the list', async () => {
    await using stage = await openStage();
    const ids = await make(stage, 3);
    const { pageInfo } = await page(stage, { first: 2 });
    await stage.change(ids[1] ?? '', { os_hidden: true });
    const rest = await page(stage, { first: 2, after: pageInfo.endCursor });
    expect(rest.nodes.map(({ id }) => id)).toEqual(ids.slice(2));
  });

  it('still works after images were added', async () => {
    await using stage = await openStage();
    const ids = await make(stage, 3);
    const { pageInfo } = await page(stage, { first: 2 });
    await stage.image();
    const rest = await page(stage, { first: 2, after: pageInfo.endCursor });
    expect(rest.nodes.map(({ id }) => id)).toEqual(ids.slice(2));
  });

  it('is refused if its image was deleted', async () => {
    await using stage = await openStage();
    const ids = await make(stage, 3);
    const { pageInfo } = await page(stage, { first: 2 });
    await stage.delete(ids[1] ?? '');
    const answer = await ask(stage, 'producer', { first: 2, after: pageInfo.endCursor });
    expect(answer.data).toEqual({ images: null });
    expect(codes(answer)).toEqual(['BAD_USER_INPUT']);
  });

  it('is refused with the same message if its image is invisible as if it is deleted', async () => {
    await using stage = await openStage();
    await stage.image({ visibility: 'public' });
    const foreign = await page(stage, { first: 2, filter: { owner: stage.cloud.projects.producer } });
    const hidden = await stage.image({ visibility: 'private' });
    const gone = await stage.image();
    const cursors = await page(stage, { first: 3 });
    await stage.delete(gone);
    expect(cursors.nodes.map(({ id }) => id)).toEqual([gone, hidden, foreign.nodes[0]?.id]);
    const [ofGone, ofHidden, ofPublic] = cursors.edges.map(({ cursor }) => cursor);
    const refusals = [
      await ask(stage, 'stranger', { after: ofGone ?? null }),
      await ask(stage, 'stranger', { after: ofHidden ?? null }),
    ];
    expect(refusals.map(codes)).toEqual([['BAD_USER_INPUT'], ['BAD_USER_INPUT']]);
    const [first, second] = refusals.map(({ errors }) => errors.map(({ message }) => message));
    expect(first).toEqual(second);
    expect((await page(stage, { after: ofPublic ?? null }, 'stranger')).nodes).toEqual([]);
  });

  it.each(['', 'x', 'image:', '0d2c3c45-8a0b-4f5e-9d3a-1b2c3d4e5f60', 'aW1hZ2U6Li4', '😀'])(
    'is refused before any call if it is malformed: %j',
    async (after) => {
      await using stage = await openStage();
      const answer = await ask(stage, 'producer', { after });
      expect(answer.data).toEqual({ images: null });
      expect(codes(answer)).toEqual(['BAD_USER_INPUT']);
      expect(stage.calls).toEqual([]);
    },
  );
});

it.each([0, -1, 1001, 2147483647])('a page size of %i is refused before any call', async (first) => {
  await using stage = await openStage();
  const answer = await ask(stage, 'producer', { first });
  expect(answer.data).toEqual({ images: null });
  expect(codes(answer)).toEqual(['BAD_USER_INPUT']);
  expect(stage.calls).toEqual([]);
});
