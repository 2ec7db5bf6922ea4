import { describe, expect, it } from 'vitest';
import type { Answer } from '../support/gateway.ts';
import { type Intercept, imageId, projects, type Sharing, startSharing } from '../support/sharing.ts';

interface Page {
  readonly nodes: readonly { readonly name: string }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

const selection = 'nodes { id name } pageInfo { hasNextPage endCursor }';

function page({ data }: Answer): Page {
  return data?.['images'] as Page;
}

/** All pages, with the codes of their errors. */
async function walk(sharing: Sharing, first: number, filter = '{}'): Promise<{ names: string[]; codes: string[] }[]> {
  const document = `query ($after: String) { images(first: ${first}, after: $after, filter: ${filter}) { ${selection} } }`;
  const pages: { names: string[]; codes: string[] }[] = [];
  for (let after: string | null = null; ; ) {
    const answer = await sharing.query('a', document, { after });
    const { nodes, pageInfo } = page(answer);
    const codes = (answer.errors ?? []).map(({ extensions }) => extensions.code);
    pages.push({ names: nodes.map(({ name }) => name), codes });
    if (!pageInfo.hasNextPage) return pages;
    expect(pageInfo.endCursor).not.toBeNull();
    expect(pageInfo.endCursor).not.toBe(after);
    after = pageInfo.endCursor;
  }
}

describe('malformed rows', () => {
  /** An Images API with these rows, served in pages. It knows the id of each row, even of malformed ones. */
  const serve =
    (rows: readonly object[]): Intercept =>
    ({ target }) => {
      const ids = rows.map((row, index) => ('id' in row && typeof row.id === 'string' ? row.id : `id-${index}`));
      const query = new URL(target, 'http://upstream').searchParams;
      const after = ids.indexOf(query.get('marker') ?? '') + 1;
      const end = after + Number(query.get('limit'));
      const next = end <= rows.length ? { next: `/v2/images?marker=${ids[end - 1]}` } : {};
      return { status: 200, body: { images: rows.slice(after, end), ...next } };
    };
  const good = (id: string) => ({ id, name: id });
  const bad = (id: string) => ({ id, size: 'big' });
  const failed = 'UPSTREAM_INVALID_RESPONSE';

  it('never end a list, because the next page starts after them', async () => {
    const rows = [good('a'), bad('b'), bad('c'), bad('d'), bad('e'), good('f')];
    await using sharing = await startSharing({ intercept: serve(rows) });
    expect(await walk(sharing, 2)).toEqual([
      { names: ['a'], codes: [failed] },
      { names: [], codes: [failed, failed] },
      { names: ['f'], codes: [failed] },
    ]);
    expect(await walk(sharing, 1)).toHaveLength(6);
    expect(await walk(sharing, 6)).toEqual([{ names: ['a', 'f'], codes: Array(4).fill(failed) }]);
  });

  it('may be the only rows', async () => {
    await using sharing = await startSharing({ intercept: serve([bad('a'), bad('b'), bad('c')]) });
    expect((await walk(sharing, 1)).map(({ codes }) => codes)).toEqual([[failed], [failed], [failed]]);
  });

  it('without an id take no place on a page', async () => {
    await using sharing = await startSharing({ intercept: serve([{ size: 1 }, good('a'), { id: 7 }, good('b')]) });
    expect(await walk(sharing, 1)).toEqual([
      { names: ['a'], codes: [failed, failed] },
      { names: ['b'], codes: [failed] },
    ]);
  });

  it('without an id at the end of an upstream page are skipped by following its link', async () => {
    const pages: Record<string, object> = {
      '': { images: [good('a'), { size: 1 }], next: '/v2/images?limit=2&marker=b' },
      b: { images: [good('c')] },
    };
    await using sharing = await startSharing({
      intercept: ({ target }) => ({
        status: 200,
        body: pages[new URL(target, 'http://upstream').searchParams.get('marker') ?? ''],
      }),
    });
    expect(await walk(sharing, 5)).toEqual([{ names: ['a', 'c'], codes: [failed] }]);
  });
});

describe('the inbox', () => {
  it.each([
    ['PENDING', 60],
    ['ALL', 60],
  ])('with memberStatus %s costs at most %i calls per page among 3,000 own images', async (status, most) => {
    await using sharing = await startSharing({ environment: { UPSTREAM_DEADLINE_MS: '60000' } });
    sharing.image(1, {}, { a: 'pending' });
    for (let number = 2; number <= 3_001; number++) sharing.image(number, { owner: projects.a });
    const document = `query ($after: String) {
      images(first: 1, after: $after, filter: { sharedWithMe: true, memberStatus: ${status} }) { ${selection} }
    }`;
    const seen: string[] = [];
    for (let after: string | null = null; ; ) {
      const answer = await sharing.query('a', document, { after });
      expect(answer.errors).toBeUndefined();
      expect(sharing.calls().length).toBeLessThanOrEqual(most);
      const { nodes, pageInfo } = page(answer);
      seen.push(...nodes.map(({ name }) => name));
      if (!pageInfo.hasNextPage) break;
      expect(pageInfo.endCursor).not.toBeNull();
      after = pageInfo.endCursor;
    }
    expect(seen).toEqual(['image 1']);
  });

  it('still costs two calls for a caller with few own images', async () => {
    await using sharing = await startSharing();
    sharing.image(1, {}, { a: 'pending' });
    sharing.image(2, {}, { a: 'pending' });
    const { data } = await sharing.query(
      'a',
      `{ images(filter: { sharedWithMe: true, memberStatus: PENDING }) { nodes { name myMembership { status } } } }`,
    );
    expect(data).toMatchObject({ images: { nodes: [{ name: 'image 2' }, { name: 'image 1' }] } });
    expect(sharing.calls()).toHaveLength(2);
  });

  it('contains an image whose member Glance holds twice with two statuses', async () => {
    await using sharing = await startSharing();
    sharing.image(1, {}, { a: 'pending' });
    const image = sharing.world.images.get(imageId(1)) ?? expect.fail();
    const updatedAt = new Date(Date.now() + 5_000);
    sharing.world.addMember(image, { memberId: projects.a, status: 'accepted', updatedAt });
    for (const status of ['PENDING', 'ACCEPTED', 'ALL']) {
      const { data } = await sharing.query(
        'a',
        `{ images(filter: { sharedWithMe: true, memberStatus: ${status} }) { nodes { name } } }`,
      );
      expect(data).toEqual({ images: { nodes: [{ name: 'image 1' }] } });
    }
    const { data } = await sharing.query('a', `{ image(id: "${imageId(1)}") { myMembership { status } } }`);
    expect(data).toEqual({ image: { myMembership: { status: 'ACCEPTED' } } });
  });
});

it('a page that upstream serves one image at a time ends after 60 calls, and the next page continues', async () => {
  await using sharing = await startSharing({ pageMax: 1 });
  for (let number = 1; number <= 70; number++) sharing.image(number, { owner: projects.a });
  const pages = await walk(sharing, 100);
  expect(pages.map(({ names }) => names.length)).toEqual([60, 10]);
  expect(pages.flatMap(({ names }) => names)).toHaveLength(new Set(pages.flatMap(({ names }) => names)).size);
});

describe('a filter', () => {
  const names = ['owner', 'name', 'tag', 'diskFormat', 'containerFormat'];

  it.each(names)(
    'with more than 255 characters as %s is refused with its field name, even without a token',
    async (name) => {
      await using sharing = await startSharing();
      const ask = (text: string, token: string | null) =>
        sharing.gateway.query(
          token,
          `query ($text: String!, $id: ID!) {
        images(filter: { ${name}: ${name === 'owner' ? '$id' : '$text'} }) { nodes { id } } t: __typename @skip(if: true)
      }`.replace(name === 'owner' ? '$text: String!, ' : ', $id: ID!', ''),
          name === 'owner' ? { id: text } : { text },
        );
      for (const token of [null, 'token-of-a']) {
        const { data, errors } = await ask('é'.repeat(256), token);
        expect(data).toEqual({ images: null });
        expect(errors).toMatchObject([
          { message: expect.stringContaining(name), extensions: { code: 'BAD_USER_INPUT' } },
        ]);
      }
      expect(sharing.calls()).toEqual([]);
      expect((await ask('é'.repeat(255), 'token-of-a')).errors).toBeUndefined();
    },
  );

  it('with a lone surrogate is refused, because it would be sent as a different string', async () => {
    await using sharing = await startSharing();
    const { errors } = await sharing.query(
      'a',
      'query ($n: String) { images(filter: { name: $n }) { nodes { id } } }',
      {
        n: 'a\ud83d',
      },
    );
    expect(errors).toMatchObject([
      { message: expect.stringContaining('filter.name'), extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });

  it('whose parts are too long together is a caller’s error', async () => {
    await using sharing = await startSharing({ intercept: () => ({ status: 414 }) });
    const { errors } = await sharing.query('a', '{ images(filter: { name: "n", tag: "t" }) { nodes { id } } }');
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});

describe('a stale cursor', () => {
  const after = Buffer.from(`image:${imageId(9)}`).toString('base64url');
  const ask = (sharing: Sharing) =>
    sharing.query('a', 'query ($after: String) { images(after: $after) { nodes { id } } }', { after });

  it('is reported with the upstream request id', async () => {
    await using sharing = await startSharing();
    const { errors } = await ask(sharing);
    expect(errors).toMatchObject([
      {
        message: expect.stringContaining('"after"'),
        extensions: { code: 'BAD_USER_INPUT', upstreamRequestId: expect.stringMatching(/^req-/) },
      },
    ]);
  });

  it.each([
    ['the image is still there', 200, 'FORBIDDEN'],
    ['the image is gone', 404, 'BAD_USER_INPUT'],
    ['the image cannot be looked up', 500, 'FORBIDDEN'],
  ])('is reported for a refused list only if it is the cause: %s', async (_what, status, code) => {
    await using sharing = await startSharing({
      intercept: ({ target }) =>
        target.includes('/images?')
          ? { status: 403, body: { message: 'You are not authorized to complete get_images action.' } }
          : { status, body: { id: imageId(9) } },
    });
    const { errors } = await ask(sharing);
    expect(errors).toMatchObject([{ extensions: { code } }]);
  });

  it('that is longer than any valid one is refused without decoding it', async () => {
    await using sharing = await startSharing();
    const { errors } = await sharing.query('a', 'query ($after: String) { images(after: $after) { nodes { id } } }', {
      after: Buffer.from(`image:${'x'.repeat(5_000)}`).toString('base64url'),
    });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(sharing.calls()).toEqual([]);
  });
});

it('a list that changes while it is read is not reported as a wrong argument', async () => {
  let lists = 0;
  await using sharing = await startSharing({
    pageMax: 1,
    intercept: ({ target }) =>
      target.includes('/images?') && ++lists === 2
        ? { status: 400, body: { message: `No image found with ID ${imageId(2)}` } }
        : undefined,
  });
  for (const number of [1, 2, 3]) sharing.image(number, { owner: projects.a });
  const { errors } = await sharing.query('a', '{ images(first: 2) { nodes { id } } }');
  expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE' } }]);
});
