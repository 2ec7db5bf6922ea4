import { describe, expect, it } from 'vitest';
import type { NewImage } from '../../src/simulator/world.ts';
import { projects, type Sharing, startSharing } from '../support/sharing.ts';

interface Page {
  readonly images: {
    readonly nodes: readonly { readonly name: string | null; readonly size: number | null; readonly id: string }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

/** The numbers of the images on each page. */
async function walk(sharing: Sharing, field: string, direction: string, first: number): Promise<number[][]> {
  const document = `query ($after: String) {
    images(first: ${first}, after: $after, orderBy: { field: ${field}, direction: ${direction} }) {
      nodes { id name size } pageInfo { hasNextPage endCursor }
    }
  }`;
  const pages: number[][] = [];
  for (let after: string | null = null; ; ) {
    const { data, errors } = await sharing.query('producer', document, { after });
    expect(errors).toBeUndefined();
    const { nodes, pageInfo } = (data as unknown as Page).images;
    pages.push(nodes.map(({ id }) => Number(id.slice(-12))));
    if (!pageInfo.hasNextPage) return pages;
    expect(pages.length).toBeLessThan(30);
    after = pageInfo.endCursor;
  }
}

async function startWith(database: 'sqlite' | 'mariadb', images: readonly NewImage[]): Promise<Sharing> {
  const sharing = await startSharing({ database });
  for (const [index, image] of images.entries()) sharing.image(index + 1, image);
  return sharing;
}

const sizes: readonly NewImage[] = [null, 3, 0, null, 1, null, 0, 10].map((size) => ({ size }));
const names: readonly NewImage[] = [null, '', 'b', null, '', ' ', 'a', ''].map((name) => ({ name }));

describe.each(['sqlite', 'mariadb'] as const)('on %s', (database) => {
  it.each([1, 2, 3, 7, 8, 20])('pages of %i ordered by size contain every image once', async (first) => {
    await using sharing = await startWith(database, sizes);
    const ascending = (await walk(sharing, 'SIZE', 'ASC', first)).flat();
    expect(ascending.toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(ascending).toEqual([1, 4, 6, 3, 7, 5, 2, 8]);
    expect((await walk(sharing, 'SIZE', 'DESC', first)).flat()).toEqual(ascending.toReversed());
  });

  it.each([1, 2, 3, 7, 8, 20])('pages of %i ordered by name contain every image once', async (first) => {
    await using sharing = await startWith(database, names);
    const ascending = (await walk(sharing, 'NAME', 'ASC', first)).flat();
    expect(ascending.toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    // Images without a name come first, then the others by name.
    expect(ascending.slice(-2)).toEqual([7, 3]);
    const descending = (await walk(sharing, 'NAME', 'DESC', first)).flat();
    expect(descending.toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(descending.slice(0, 2)).toEqual([3, 7]);
  });

  it.each(['SIZE', 'NAME'])(
    'the order by %s contains all images even if none or all of them lack the value',
    async (field) => {
      for (const image of [
        { size: 1, name: 'a' },
        { size: null, name: null },
      ]) {
        await using sharing = await startWith(database, Array<NewImage>(5).fill(image));
        for (const direction of ['ASC', 'DESC']) {
          const pages = await walk(sharing, field, direction, 2);
          expect(pages.map(({ length }) => length)).toEqual([2, 2, 1]);
          expect(pages.flat().toSorted()).toEqual([1, 2, 3, 4, 5]);
        }
      }
    },
  );
});

it('a list on a single page costs one call in any order, and longer ones one more at the end', async () => {
  await using sharing = await startWith('sqlite', [{ size: 1 }, { size: 2 }, { size: 3 }]);
  for (const field of ['SIZE', 'NAME']) {
    await walk(sharing, field, 'DESC', 3);
    expect(sharing.calls()).toHaveLength(1);
    await walk(sharing, field, 'DESC', 2);
    expect(sharing.calls()).toHaveLength(2 + 1);
  }
});

it('an order with missing values can be combined with excluding own images', async () => {
  await using sharing = await startSharing();
  for (const [number, size] of [
    [1, null],
    [2, 5],
    [3, null],
    [4, 7],
  ] as const) {
    sharing.image(number, { size }, { a: 'pending' });
    sharing.image(number + 10, { size, owner: projects.a });
  }
  const seen: string[] = [];
  for (let after: string | null = null; ; ) {
    const { data } = await sharing.query(
      'a',
      `query ($after: String) {
        images(first: 1, after: $after, filter: { sharedWithMe: true, memberStatus: PENDING }, orderBy: { field: SIZE }) {
          nodes { name } pageInfo { hasNextPage endCursor }
        }
      }`,
      { after },
    );
    const { nodes, pageInfo } = (data as unknown as Page).images;
    seen.push(...nodes.map(({ name }) => name ?? ''));
    if (!pageInfo.hasNextPage) break;
    after = pageInfo.endCursor;
  }
  expect(seen).toEqual(['image 4', 'image 2', 'image 3', 'image 1']);
});
