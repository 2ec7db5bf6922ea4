import { describe, expect, it } from 'vitest';
import { toImageMemberId } from '../../src/graphql/member-id.ts';
import { imageId, projects, startSharing } from '../support/sharing.ts';

const byName = 'orderBy: { field: NAME, direction: ASC }';

describe('Image.myMembership', () => {
  it.each([
    [true, 'GET identity/auth/tokens?nocatalog'],
    [false, 'GET /images/#1/members'],
  ])(
    'costs three calls for a whole list, one more for the project, and one per image for its times; Identity: %s',
    async (hasIdentity, who) => {
      await using sharing = await startSharing({ hasIdentity });
      sharing.image(1, {}, { a: 'pending', b: 'accepted' });
      sharing.image(2, {}, { a: 'accepted' });
      sharing.image(3, {}, { a: 'rejected' });
      sharing.image(4, { owner: projects.a });
      sharing.image(5, { visibility: 'public' });
      const list = `images(filter: { visibility: ALL, memberStatus: ALL }, ${byName})`;
      const { data, errors } = await sharing.query('a', `{ ${list} { nodes { name myMembership { status } } } }`);
      expect(errors).toBeUndefined();
      expect(data).toEqual({
        images: {
          nodes: [
            { name: 'image 1', myMembership: { status: 'PENDING' } },
            { name: 'image 2', myMembership: { status: 'ACCEPTED' } },
            { name: 'image 3', myMembership: { status: 'REJECTED' } },
            { name: 'image 4', myMembership: null },
            { name: 'image 5', myMembership: null },
          ],
        },
      });
      expect(sharing.calls()).toHaveLength(1 + 3);

      const keyed = await sharing.query('a', `{ ${list} { nodes { myMembership { id memberId status } } } }`);
      const key = { id: toImageMemberId({ imageId: imageId(1), memberId: projects.a }), memberId: projects.a };
      expect(keyed.data).toMatchObject({
        images: { nodes: [{ myMembership: { ...key, status: 'PENDING' } }, {}, {}, {}, {}] },
      });
      const calls = sharing.calls();
      expect(calls).toHaveLength(1 + 3 + 1);
      expect(calls).toContain(who);

      const whole = await sharing.query('a', `{ ${list} { nodes { myMembership { memberId status createdAt } } } }`);
      expect(whole.data).toMatchObject({
        images: {
          nodes: [
            { myMembership: { memberId: projects.a, status: 'PENDING', createdAt: expect.any(String) } },
            {},
            {},
            {},
            {},
          ],
        },
      });
      expect(sharing.calls()).toHaveLength(1 + 3 + 3);
    },
  );

  it.each([true, false])(
    'costs at most six calls for an inbox page, with its id; Identity service: %s',
    async (hasIdentity) => {
      await using sharing = await startSharing({ hasIdentity });
      for (let number = 1; number <= 60; number++) sharing.image(number, { osHidden: false }, { a: 'pending' });
      const inbox = 'images(first: 50, filter: { sharedWithMe: true, memberStatus: PENDING })';
      const { data, errors } = await sharing.query('a', `{ ${inbox} { nodes { id myMembership { id status } } } }`);
      expect(errors).toBeUndefined();
      expect((data as { images: { nodes: unknown[] } }).images.nodes).toHaveLength(50);
      expect(sharing.calls().length).toBeLessThanOrEqual(6);
      const all = 'images(first: 50, filter: { sharedWithMe: true, memberStatus: ALL })';
      await sharing.query('a', `{ ${all} { nodes { id myMembership { id status } } } }`);
      expect(sharing.calls().length).toBeLessThanOrEqual(6);
    },
  );

  it('has its id and status even if the Identity service fails', async () => {
    await using sharing = await startSharing({
      hasIdentity: true,
      environment: { UPSTREAM_RETRIES: '0' },
      intercept: ({ target }) => (target.startsWith('/identity') ? { status: 503 } : undefined),
    });
    sharing.image(1, {}, { a: 'rejected' });
    const document = `{ image(id: "${imageId(1)}") { myMembership { memberId status } } }`;
    const { data, errors } = await sharing.query('a', document);
    expect(errors).toBeUndefined();
    expect(data).toEqual({ image: { myMembership: { memberId: projects.a, status: 'REJECTED' } } });
  });

  it('is found for hidden images, and for an image known only by its key', async () => {
    await using sharing = await startSharing();
    sharing.image(1, { osHidden: true }, { a: 'rejected' });
    const document = `{ _entities(representations: [{ __typename: "Image", id: "${imageId(1)}" }]) {
      ... on Image { myMembership { status } }
    } }`;
    const { data } = await sharing.query('a', document);
    expect(data).toEqual({ _entities: [{ myMembership: { status: 'REJECTED' } }] });
    const owner = await sharing.query('producer', document);
    expect(owner.data).toEqual({ _entities: [{ myMembership: null }] });
  });

  it('is found on an upstream with shorter pages than requested', async () => {
    await using sharing = await startSharing({ pageMax: 2 });
    for (const number of [1, 2, 3, 4, 5]) sharing.image(number, {}, { a: number === 3 ? 'accepted' : 'pending' });
    const { data } = await sharing.query(
      'a',
      `{ images(filter: { visibility: SHARED, memberStatus: ALL }, ${byName}) { nodes { myMembership { status } } } }`,
    );
    const statuses = ['PENDING', 'PENDING', 'ACCEPTED', 'PENDING', 'PENDING'];
    expect(data).toEqual({ images: { nodes: statuses.map((status) => ({ myMembership: { status } })) } });
  });

  it('does not affect other fields if it fails', async () => {
    await using sharing = await startSharing({
      intercept: ({ target }) => (target.includes('id=in:') ? { status: 403 } : undefined),
    });
    sharing.image(1, {}, { a: 'pending' });
    const { data, errors } = await sharing.query(
      'a',
      `{ image(id: "${imageId(1)}") { name myMembership { status } } }`,
    );
    expect(data).toEqual({ image: { name: 'image 1', myMembership: null } });
    expect(errors).toMatchObject([{ path: ['image', 'myMembership'], extensions: { code: 'FORBIDDEN' } }]);
  });

  it('shows the new status after a change', async () => {
    await using sharing = await startSharing();
    sharing.image(1, {}, { a: 'pending' });
    const change = (status: string) =>
      `updateMemberStatus(input: { imageId: "${imageId(1)}", memberId: "${projects.a}", status: ${status} })
        { image { myMembership { status } } }`;
    const { data } = await sharing.query('a', `mutation { one: ${change('ACCEPTED')} two: ${change('REJECTED')} }`);
    expect(data).toEqual({
      one: { image: { myMembership: { status: 'ACCEPTED' } } },
      two: { image: { myMembership: { status: 'REJECTED' } } },
    });
  });
});

interface Page {
  readonly images: {
    readonly nodes: readonly { readonly name: string }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
  };
}

describe('the filter sharedWithMe', () => {
  it.each([
    ['PENDING', ['image 1', 'image 2']],
    ['ACCEPTED', ['image 3']],
    ['REJECTED', ['image 4']],
    ['ALL', ['image 1', 'image 2', 'image 3', 'image 4']],
  ])('with memberStatus %s excludes own images', async (status, expected) => {
    for (const pageMax of [1000, 2]) {
      await using sharing = await startSharing({ pageMax });
      sharing.image(1, {}, { a: 'pending' });
      sharing.image(2, {}, { a: 'pending' });
      sharing.image(3, {}, { a: 'accepted' });
      sharing.image(4, {}, { a: 'rejected' });
      for (const own of [5, 6, 7]) sharing.image(own, { owner: projects.a }, { b: 'pending' });
      const { data, errors } = await sharing.query(
        'a',
        `{ images(filter: { sharedWithMe: true, memberStatus: ${status} }, ${byName}) {
          nodes { name } pageInfo { hasNextPage }
        } }`,
      );
      expect(errors).toBeUndefined();
      expect(data).toEqual({
        images: { nodes: expected.map((name) => ({ name })), pageInfo: { hasNextPage: false } },
      });
    }
  });

  it('pages through the remaining images', async () => {
    await using sharing = await startSharing();
    for (let number = 1; number <= 6; number++) {
      if (number % 2) sharing.image(number, {}, { a: 'pending' });
      else sharing.image(number, { owner: projects.a });
    }
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const { data } = await sharing.query(
        'a',
        `query ($after: String) { images(first: 1, after: $after, filter: { sharedWithMe: true, memberStatus: PENDING }, ${byName}) {
          nodes { name } pageInfo { hasNextPage endCursor }
        } }`,
        { after },
      );
      const { images } = data as unknown as Page;
      const { nodes, pageInfo } = images;
      seen.push(...nodes.map(({ name }) => name));
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    } while (after !== null);
    expect(seen).toEqual(['image 1', 'image 3', 'image 5']);
  });

  it('excludes own images even if upstream is too old to report hidden ones', async () => {
    const row = (number: number) => ({ id: imageId(number), visibility: 'shared' });
    await using sharing = await startSharing({
      intercept: ({ target }) => ({
        status: 200,
        body: { images: target.includes('member_status=pending') ? [row(1), row(2)] : [row(2)] },
      }),
    });
    const { data } = await sharing.query(
      'a',
      '{ images(filter: { sharedWithMe: true, memberStatus: PENDING }) { nodes { id myMembership { status } } } }',
    );
    expect(data).toEqual({ images: { nodes: [{ id: imageId(1), myMembership: { status: 'PENDING' } }] } });
  });

  it('ends if upstream keeps returning the same page', async () => {
    const row = (number: number) => ({ id: imageId(number), visibility: 'shared' });
    await using sharing = await startSharing({
      intercept: ({ target }) => {
        const own = { images: [row(2), row(3)], next: '/v2/images' };
        if (target.includes('id=in:')) return { status: 200, body: own };
        return { status: 200, body: { images: [row(1), ...own.images], next: '/v2/images' } };
      },
    });
    const { data, errors } = await sharing.query(
      'a',
      `{ images(first: 2, filter: { sharedWithMe: true, memberStatus: PENDING }) {
        nodes { id } pageInfo { hasNextPage }
      } }`,
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({ images: { nodes: [{ id: imageId(1) }], pageInfo: { hasNextPage: false } } });
    expect(sharing.calls().filter((call) => !call.includes('id=in:'))).toHaveLength(2);
  });

  it('cannot be combined with another visibility', async () => {
    await using sharing = await startSharing();
    const { errors } = await sharing.query(
      'a',
      '{ images(filter: { sharedWithMe: true, visibility: PUBLIC }) { nodes { name } } }',
    );
    expect(errors).toMatchObject([{ path: ['images'], extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(sharing.calls()).toEqual([]);
  });
});
