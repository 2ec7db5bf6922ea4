import { describe, expect, it } from 'vitest';
import { startGateway } from '../support/gateway.ts';
import { imageId, projects, startSharing } from '../support/sharing.ts';
import { sendJson, startUpstream } from '../support/upstream.ts';

const times = { created_at: '2026-11-21T03:23:00Z', updated_at: '2026-11-21T03:23:00Z' };

describe('image', () => {
  it('is read concurrently with its members', async () => {
    const asked = { members: Promise.withResolvers<void>() };
    // The image is answered only once its members have been asked for.
    await using sharing = await startSharing({
      intercept({ target }) {
        if (!target.endsWith('/members')) {
          const image = { id: imageId(1), visibility: 'shared' };
          return (response) => void asked.members.promise.then(() => sendJson(response, 200, image));
        }
        asked.members.resolve();
        return undefined;
      },
    });
    sharing.image(1, {}, { a: 'accepted' });
    const document = `{ image(id: "${imageId(1)}") { visibility members { status } } }`;
    for (let time = 1; time <= 2; time++) {
      asked.members = Promise.withResolvers();
      const { data } = await sharing.query('producer', document);
      expect(data).toEqual({ image: { visibility: 'SHARED', members: [{ status: 'ACCEPTED' }] } });
      expect(sharing.calls()).toHaveLength(2);
    }
  });

  describe('of which only the id and members are requested', () => {
    const document = 'query ($id: ID!) { image(id: $id) { __typename id members { memberId } } }';

    it('takes one call, with or without members', async () => {
      await using sharing = await startSharing();
      sharing.image(1, {}, { a: 'accepted' });
      sharing.image(2);
      for (const [number, members] of [
        [1, [{ memberId: projects.a }]],
        [2, []],
      ] as const) {
        const { data } = await sharing.query('producer', document, { id: imageId(number) });
        expect(data).toEqual({ image: { __typename: 'Image', id: imageId(number), members } });
        expect(sharing.calls()).toEqual([`GET /images/#${number}/members`]);
      }
    });

    it('is null if the token cannot see it, and has no members if it is not shared', async () => {
      await using sharing = await startSharing();
      sharing.image(1);
      sharing.image(2, { visibility: 'private' });
      expect((await sharing.query('stranger', document, { id: imageId(1) })).data).toEqual({ image: null });
      const { data } = await sharing.query('producer', document, { id: imageId(2) });
      expect(data).toEqual({ image: { __typename: 'Image', id: imageId(2), members: [] } });
    });

    it('has the id as upstream spells it, whatever the spelling in the query', async () => {
      const image = { id: imageId(1), visibility: 'shared' };
      const row = { image_id: imageId(1), member_id: projects.a, status: 'accepted', ...times, schema: '' };
      for (const members of [[row], []]) {
        await using upstream = await startUpstream((response, { target }) =>
          sendJson(response, 200, target.endsWith('/members') ? { members } : image),
        );
        await using gateway = await startGateway(upstream.url);
        const { data } = await gateway.query('token', document, { id: imageId(1).toUpperCase() });
        expect(data).toMatchObject({ image: { id: imageId(1) } });
      }
    });

    it('is returned without its members if upstream does not list them', async () => {
      await using sharing = await startSharing({
        intercept: ({ target }) => (target.endsWith('/members') ? { status: 400 } : undefined),
      });
      sharing.image(1);
      const { data, errors } = await sharing.query('producer', document, { id: imageId(1) });
      expect(data).toEqual({ image: { __typename: 'Image', id: imageId(1), members: null } });
      expect(errors?.map(({ path }) => path)).toEqual([['image', 'members']]);
    });
  });

  it('returns every attribute of the Images API with one call', async () => {
    await using sharing = await startSharing();
    sharing.image(1, {
      status: 'active',
      visibility: 'shared',
      diskFormat: 'qcow2',
      containerFormat: 'bare',
      size: 5_000_000_000,
      virtualSize: 10_000_000_000,
      checksum: 'c0ffee',
      osHashAlgo: 'sha512',
      osHashValue: 'beef',
      protected: true,
      osHidden: true,
      minRam: 512,
      minDisk: 10,
      createdAt: new Date('2026-11-21T03:41:54Z'),
      updatedAt: new Date('2026-11-21T03:41:55Z'),
      tags: ['t'],
      properties: { os_distro: 'debian' },
    });
    const { data, errors } = await sharing.query(
      'producer',
      `query ($id: ID!) {
        image(id: $id) {
          __typename id name status visibility osHidden protected owner { __typename id } createdAt updatedAt size
          virtualSize diskFormat containerFormat minDisk minRam checksum osHashAlgo osHashValue tags properties self file
          schema
        }
      }`,
      { id: imageId(1) },
    );
    expect(errors).toBeUndefined();
    expect(data?.['image']).toEqual({
      __typename: 'Image',
      id: imageId(1),
      name: 'image 1',
      status: 'ACTIVE',
      visibility: 'SHARED',
      osHidden: true,
      protected: true,
      owner: { __typename: 'Project', id: projects.producer },
      createdAt: '2026-11-21T03:41:54Z',
      updatedAt: '2026-11-21T03:41:55Z',
      size: 5_000_000_000,
      virtualSize: 10_000_000_000,
      diskFormat: 'qcow2',
      containerFormat: 'bare',
      minDisk: 10,
      minRam: 512,
      checksum: 'c0ffee',
      osHashAlgo: 'sha512',
      osHashValue: 'beef',
      tags: ['t'],
      properties: { os_distro: 'debian', stores: 'local' },
      self: `/v2/images/${imageId(1)}`,
      file: `/v2/images/${imageId(1)}/file`,
      schema: '/v2/schemas/image',
    });
    expect(sharing.calls()).toEqual(['GET /images/#1']);
  });

  it('is null in attributes that are not set', async () => {
    await using sharing = await startSharing();
    sharing.image(1, { name: null, visibility: 'public', owner: null });
    const { data } = await sharing.query(
      'a',
      'query ($id: ID!) { image(id: $id) { name owner { id } size diskFormat checksum status properties tags } }',
      { id: imageId(1) },
    );
    expect(data?.['image']).toEqual({
      name: null,
      owner: null,
      size: null,
      diskFormat: null,
      checksum: null,
      status: 'QUEUED',
      properties: {},
      tags: [],
    });
  });

  it.each([
    ['does not exist', imageId(9)],
    ['cannot exist', 'no uuid'],
    ['the token may not see', imageId(1)],
  ])('is null without an error if it %s', async (_name, id) => {
    await using sharing = await startSharing();
    sharing.image(1, { visibility: 'private' });
    const answer = await sharing.query('a', 'query ($id: ID!) { image(id: $id) { name } }', { id });
    expect(answer).toMatchObject({ status: 200, data: { image: null } });
    expect(answer.errors).toBeUndefined();
    expect(sharing.calls()).toHaveLength(1);
  });

  it.each(['pending', 'rejected', 'accepted'] as const)('is found by a %s member, hidden or not', async (status) => {
    await using sharing = await startSharing();
    sharing.image(1, { osHidden: true }, { a: status });
    const { data } = await sharing.query('a', `{ image(id: "${imageId(1)}") { osHidden } }`);
    expect(data).toEqual({ image: { osHidden: true } });
  });

  it('is looked up once if it is selected twice', async () => {
    await using sharing = await startSharing();
    sharing.image(1);
    const id = imageId(1);
    await sharing.query('producer', `{ a: image(id: "${id}") { name } b: image(id: "${id}") { size } }`);
    expect(sharing.calls()).toEqual(['GET /images/#1']);
  });
});

it.each(['', '.', '..', 'a/b', 'a\nb', '\0', 'x'.repeat(256)])(
  'with the id %j is never requested from upstream',
  async (id) => {
    await using sharing = await startSharing();
    sharing.image(1);
    const { status, data, errors } = await sharing.query(
      'producer',
      `query ($id: ID!, $good: ID!) {
      image(id: $id) { name }
      a: imageMember(imageId: $id, memberId: "m") { status }
      b: imageMember(imageId: $good, memberId: $id) { status }
      c: image(id: $good) { id member(memberId: $id) { status } }
    }`,
      { id, good: imageId(1) },
    );
    expect(status).toBe(200);
    expect(data).toEqual({ image: null, a: null, b: null, c: { id: imageId(1), member: null } });
    expect(errors?.map(({ path }) => path?.join('.')).sort()).toEqual(['a', 'b', 'c.member', 'image']);
    for (const { extensions } of errors ?? []) expect(extensions.code).toBe('BAD_USER_INPUT');
    expect(sharing.calls()).toEqual(['GET /images/#1']);
  },
);

describe('without a valid token', () => {
  const document = `{ __typename image(id: "${imageId(1)}") { id } images { nodes { id } } }`;

  it('fields that need none work; the others are UNAUTHENTICATED, without a call', async () => {
    await using sharing = await startSharing();
    const { status, data, errors } = await sharing.gateway.query(null, document);
    expect(status).toBe(200);
    expect(data).toEqual({ __typename: 'Query', image: null, images: null });
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED']);
    expect(sharing.calls()).toEqual([]);
    expect((await sharing.gateway.query(null, '{ __schema { queryType { name } } }')).errors).toBeUndefined();
  });

  it('a token that upstream refuses is UNAUTHENTICATED', async () => {
    await using sharing = await startSharing();
    const { status, errors } = await sharing.gateway.query('nobody', document);
    expect(status).toBe(200);
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED']);
    expect(sharing.calls()).toHaveLength(2);
  });
});

describe('many images by id', () => {
  const ask = (ids: readonly string[]) => `{ ${ids.map((id, i) => `i${i}: image(id: "${id}") { name }`).join(' ')} }`;
  const names = (data: Readonly<Record<string, unknown>> | null | undefined) =>
    Object.values(data ?? {}).map((image) => (image as { name: string } | null)?.name ?? null);
  const list = (hidden: boolean, ...numbers: number[]) =>
    `GET /images?limit=${numbers.length}&visibility=all&member_status=all${hidden ? '&os_hidden=true' : ''}` +
    `&id=in:${numbers.map((number) => `#${number}`).join(',')}`;

  it('cost one call, and come in the requested order', async () => {
    await using sharing = await startSharing();
    for (const number of [1, 2, 3]) sharing.image(number);
    const { data } = await sharing.query('producer', ask([3, 1, 2].map(imageId)));
    expect(names(data)).toEqual(['image 3', 'image 1', 'image 2']);
    expect(sharing.calls()).toEqual([list(false, 3, 1, 2)]);
  });

  it('cost one more call if several are hidden or invisible', async () => {
    await using sharing = await startSharing();
    sharing.image(1, {}, { a: 'pending' });
    sharing.image(2, { osHidden: true }, { a: 'rejected' });
    sharing.image(3, { visibility: 'community' });
    sharing.image(4, { visibility: 'private' });
    const { data, errors } = await sharing.query('a', ask([1, 2, 3, 4, 5].map(imageId)));
    expect(names(data)).toEqual(['image 1', 'image 2', 'image 3', null, null]);
    expect(errors).toBeUndefined();
    expect(sharing.calls()).toEqual([list(false, 1, 2, 3, 4, 5), list(true, 2, 4, 5)]);
  });

  it('cost an individual lookup if a single one is missing', async () => {
    await using sharing = await startSharing();
    for (const number of [1, 2]) sharing.image(number);
    sharing.image(3, { osHidden: true });
    const { data } = await sharing.query('producer', ask([1, 2, 3].map(imageId)));
    expect(names(data)).toEqual(['image 1', 'image 2', 'image 3']);
    expect(sharing.calls()).toEqual([list(false, 1, 2, 3), 'GET /images/#3']);
  });

  it('are looked up individually if their ids cannot be in a list', async () => {
    await using sharing = await startSharing();
    for (const number of [1, 2]) sharing.image(number);
    const odd = imageId(1).toUpperCase().replace('8000', 'A000');
    const { data } = await sharing.query('producer', ask([imageId(1), 'a,b', odd, imageId(2)]));
    expect(names(data)).toEqual(['image 1', null, null, 'image 2']);
    expect(sharing.calls().sort()).toEqual(['GET /images/a%2Cb', `GET /images/${odd}`, list(false, 1, 2)].sort());
  });

  it('are requested 200 at a time', async () => {
    const many = { MAX_ALIASES: '401', MAX_ALIASES_PER_FIELD: '401', MAX_ROOT_FIELDS: '401', MAX_TOKENS: '10000' };
    await using sharing = await startSharing({ environment: many });
    const numbers = Array.from({ length: 401 }, (_, index) => index + 1);
    for (const number of numbers) sharing.image(number);
    const { data, errors } = await sharing.query('producer', ask(numbers.map(imageId)));
    expect(errors).toBeUndefined();
    expect(names(data)).toEqual(numbers.map((number) => `image ${number}`));
    const calls = sharing.calls();
    expect(calls.map((call) => call.split('#').length - 1).sort()).toEqual([1, 200, 200]);
  });

  it('are found on an upstream with shorter pages than requested', async () => {
    await using sharing = await startSharing({ pageMax: 2 });
    for (const number of [1, 2, 3, 4, 5]) sharing.image(number, { osHidden: number === 4 });
    const { data } = await sharing.query('producer', ask([1, 2, 3, 4, 5, 6].map(imageId)));
    expect(names(data)).toEqual(['image 1', 'image 2', 'image 3', 'image 4', 'image 5', null]);
  });

  it.each([
    ['does not support lists by id', 400],
    ['does not let the caller list images', 403],
  ])('are found on an upstream that %s', async (_what, status) => {
    await using sharing = await startSharing({
      intercept: ({ target }) => (target.includes('id=in:') ? { status } : undefined),
    });
    for (const number of [1, 2]) sharing.image(number);
    const { data, errors } = await sharing.query('producer', ask([1, 2, 3].map(imageId)));
    expect(names(data)).toEqual(['image 1', 'image 2', null]);
    expect(errors).toBeUndefined();
    expect(sharing.calls().sort()).toEqual([
      'GET /images/#1',
      'GET /images/#2',
      'GET /images/#3',
      list(false, 1, 2, 3),
    ]);
  });

  it('each fail with the error of their call', async () => {
    await using sharing = await startSharing({ intercept: () => ({ status: 401 }) });
    const { data, errors } = await sharing.query('producer', ask([1, 2].map(imageId)));
    expect(names(data)).toEqual([null, null]);
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED']);
    expect(sharing.calls()).toEqual([list(false, 1, 2)]);
  });

  it('are looked up individually if they are malformed, and fail individually', async () => {
    const images = [{ id: imageId(1), name: 'one' }, ...[2, 3].map((number) => ({ id: imageId(number), size: -1 }))];
    await using sharing = await startSharing({
      intercept: ({ target }) => ({
        status: 200,
        body: target.includes('id=in:') ? { images } : images.find(({ id }) => target.endsWith(id)),
      }),
    });
    const { data, errors } = await sharing.query('producer', ask([1, 2, 3].map(imageId)));
    expect(names(data)).toEqual(['one', null, null]);
    expect(errors?.map(({ extensions, path }) => [extensions.code, path])).toEqual([
      ['UPSTREAM_INVALID_RESPONSE', ['i1']],
      ['UPSTREAM_INVALID_RESPONSE', ['i2']],
    ]);
    expect(sharing.calls().sort()).toEqual(['GET /images/#2', 'GET /images/#3', list(false, 1, 2, 3)]);
  });
});
