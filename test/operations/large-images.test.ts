import { describe, expect, it } from 'vitest';
import { imageId, type Sharing, startSharing } from '../support/sharing.ts';

/** Long enough that one image with this property fits into an answer, but two do not. */
const environment = { UPSTREAM_MAX_BODY_BYTES: '20000' };
const large = { text: 'x'.repeat(15_000) };
const tooLarge = { text: 'x'.repeat(25_000) };

interface Page {
  readonly nodes: readonly { readonly name: string }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

async function list(sharing: Sharing, args: string): Promise<{ names: string[]; codes: string[]; page: Page }> {
  const document = `{ images(${args}) { nodes { id name } pageInfo { hasNextPage endCursor } } }`;
  const { data, errors = [] } = await sharing.query('producer', document);
  const page = data?.['images'] as Page;
  return { names: page.nodes.map(({ name }) => name), codes: errors.map(({ extensions }) => extensions.code), page };
}

const oldestFirst = 'orderBy: { field: CREATED_AT, direction: ASC }';
const images = (...numbers: readonly number[]) => numbers.map((number) => `image ${number}`);

describe('images that are too large together', () => {
  it('are all included in the page', async () => {
    await using sharing = await startSharing({ environment });
    for (let number = 1; number <= 30; number++)
      sharing.image(number, [3, 4, 5, 20].includes(number) ? { properties: large } : {});
    const { names, codes } = await list(sharing, `first: 30, ${oldestFirst}`);
    expect(codes).toEqual([]);
    expect(names).toEqual(images(...Array.from({ length: 30 }, (_, index) => index + 1)));
    expect(sharing.calls().length).toBeLessThan(20);
  });

  it('are all found by their ids, including hidden ones', async () => {
    await using sharing = await startSharing({ environment });
    for (let number = 1; number <= 10; number++) {
      sharing.image(number, { properties: number % 2 ? large : {}, osHidden: number > 7 });
    }
    const r = Array.from({ length: 12 }, (_, index) => ({ __typename: 'Image', id: imageId(index + 1) }));
    const { data, errors } = await sharing.query(
      'producer',
      'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Image { name } } }',
      { r },
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      _entities: [...images(1, 2, 3, 4, 5, 6, 7, 8, 9, 10).map((name) => ({ name })), null, null],
    });
  });

  it('have the caller’s own status in each of them', async () => {
    await using sharing = await startSharing({ environment });
    for (let number = 1; number <= 6; number++) sharing.image(number, { properties: large }, { a: 'pending' });
    const { data, errors } = await sharing.query(
      'a',
      `{ images(filter: { sharedWithMe: true, memberStatus: PENDING }, ${oldestFirst}) { nodes { name myMembership { status } } } }`,
    );
    expect(errors).toBeUndefined();
    const status = { myMembership: { status: 'PENDING' } };
    expect(data).toEqual({ images: { nodes: images(1, 2, 3, 4, 5, 6).map((name) => ({ name, ...status })) } });
  });
});

describe('a single image that is too large', () => {
  it('is left out of its page with an error, and the others are returned', async () => {
    await using sharing = await startSharing({ environment });
    for (let number = 1; number <= 9; number++) sharing.image(number, number === 5 ? { properties: tooLarge } : {});
    const { names, codes } = await list(sharing, `first: 20, ${oldestFirst}`);
    expect(names).toEqual(images(1, 2, 3, 4, 6, 7, 8, 9));
    expect(codes).toEqual(['UPSTREAM_INVALID_RESPONSE']);
  });

  it.each([1, 5, 9])('at position %i counts towards its page, and the next page starts after it', async (place) => {
    await using sharing = await startSharing({ environment });
    for (let number = 1; number <= 9; number++) sharing.image(number, number === place ? { properties: tooLarge } : {});
    const seen: string[] = [];
    let codes: string[] = [];
    let after = '';
    for (let pages = 0; pages < 9; pages++) {
      const answer = await list(sharing, `first: 1, ${oldestFirst}${after}`);
      seen.push(...answer.names);
      codes = [...codes, ...answer.codes];
      expect(answer.page.pageInfo.hasNextPage).toBe(pages < 8);
      after = `, after: "${answer.page.pageInfo.endCursor}"`;
    }
    expect(seen).toEqual(images(...[1, 2, 3, 4, 5, 6, 7, 8, 9].filter((number) => number !== place)));
    expect(codes).toEqual(['UPSTREAM_INVALID_RESPONSE']);
  });

  it('is not confused with another one by a property that looks like a link', async () => {
    await using sharing = await startSharing({ environment });
    const properties = { ...tooLarge, next: `/v2/images?marker=${imageId(3)}`, zzz: '"next": "/v2/images?marker=x"}' };
    for (const number of [1, 2, 3]) sharing.image(number, number === 2 ? { properties } : {});
    const { names, codes } = await list(sharing, `first: 20, ${oldestFirst}`);
    expect(names).toEqual(images(1, 3));
    expect(codes).toHaveLength(1);
  });

  it('fails individually among images looked up by id', async () => {
    await using sharing = await startSharing({ environment });
    for (let number = 1; number <= 8; number++) sharing.image(number, number === 3 ? { properties: tooLarge } : {});
    const r = Array.from({ length: 8 }, (_, index) => ({ __typename: 'Image', id: imageId(index + 1) }));
    const { data, errors } = await sharing.query(
      'producer',
      'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Image { name } } }',
      { r },
    );
    const found = images(1, 2, 3, 4, 5, 6, 7, 8).map((name, index) => (index === 2 ? null : { name }));
    expect(data).toEqual({ _entities: found });
    expect(errors).toMatchObject([{ path: ['_entities', 2], extensions: { code: 'UPSTREAM_INVALID_RESPONSE' } }]);
  });

  it('fails individually among images whose own status is selected', async () => {
    await using sharing = await startSharing({ environment });
    for (let number = 1; number <= 4; number++) {
      sharing.image(number, number === 2 ? { properties: tooLarge } : {}, { a: 'accepted' });
    }
    const r = [1, 2, 3, 4].map((number) => ({ __typename: 'Image', id: imageId(number) }));
    const { data, errors } = await sharing.query(
      'a',
      'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Image { myMembership { status } } } }',
      { r },
    );
    const mine = { myMembership: { status: 'ACCEPTED' } };
    expect(data).toEqual({ _entities: [mine, null, mine, mine] });
    expect(errors).toMatchObject([{ path: ['_entities', 1], extensions: { code: 'UPSTREAM_INVALID_RESPONSE' } }]);
  });
});

it('a page of images that are all too large ends after 60 calls, and can be continued', async () => {
  await using sharing = await startSharing({ environment });
  for (let number = 1; number <= 100; number++) sharing.image(number, { properties: tooLarge });
  const { names, codes, page } = await list(sharing, `first: 1000, ${oldestFirst}`);
  expect(names).toEqual([]);
  expect(codes.length).toBeGreaterThan(5);
  expect(page.pageInfo).toEqual({ hasNextPage: true, endCursor: expect.any(String) });
  expect(sharing.calls().length).toBeLessThanOrEqual(66);
});

it('a list of ids that is too long for upstream is requested in parts', async () => {
  await using sharing = await startSharing({
    intercept: ({ target }) => (target.length > 1_000 ? { status: 414 } : undefined),
  });
  for (let number = 1; number <= 60; number++) sharing.image(number, {}, { a: 'pending' });
  const { data, errors } = await sharing.query(
    'a',
    '{ images(first: 60, filter: { sharedWithMe: true, memberStatus: PENDING }) { nodes { id } } }',
  );
  expect(errors).toBeUndefined();
  expect(data).toMatchObject({ images: { nodes: { length: 60 } } });
});
