import { describe, expect, it } from 'vitest';
import { toImageMemberId } from '../../src/graphql/member-id.ts';
import { imageId, projects, startSharing } from '../support/sharing.ts';

const image = (number: number) => ({ __typename: 'Image', id: imageId(number) });
const member = (number: number, name: 'a' | 'b') => ({
  __typename: 'ImageMember',
  imageId: imageId(number),
  memberId: projects[name],
});
const entities = (selection: string) => `query ($r: [_Any!]!) { _entities(representations: $r) { ${selection} } }`;

describe('a reference to an image', () => {
  it('costs no call for the image if only its members are selected', async () => {
    await using sharing = await startSharing();
    sharing.image(1, {}, { a: 'pending' });
    const { data } = await sharing.query('producer', entities('... on Image { __typename id members { memberId } }'), {
      r: [image(1)],
    });
    expect(data).toEqual({ _entities: [{ ...image(1), members: [{ memberId: projects.a }] }] });
    expect(sharing.calls()).toEqual(['GET /images/#1/members']);
  });

  it('costs one call for many, in the requested order, with null for missing images', async () => {
    await using sharing = await startSharing();
    for (const number of [1, 2, 3]) sharing.image(number);
    const { data, errors } = await sharing.query('producer', entities('... on Image { name }'), {
      r: [image(3), image(1), image(9), image(2), image(1)],
    });
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      _entities: [{ name: 'image 3' }, { name: 'image 1' }, null, { name: 'image 2' }, { name: 'image 1' }],
    });
    expect(sharing.calls()).toHaveLength(2);
  });

  it('fails individually if its id is invalid', async () => {
    await using sharing = await startSharing();
    sharing.image(1);
    const { data, errors } = await sharing.query('producer', entities('... on Image { id name }'), {
      r: [{ __typename: 'Image', id: '../x' }, image(1), { __typename: 'Image' }, { __typename: 'Image', id: true }],
    });
    expect(data).toEqual({ _entities: [null, { id: imageId(1), name: 'image 1' }, null, null] });
    expect(errors?.map(({ path, extensions }) => [path, extensions.code])).toEqual(
      [0, 2, 3].map((index) => [['_entities', index], 'BAD_USER_INPUT']),
    );
    expect(sharing.calls()).toEqual(['GET /images/#1']);
  });
});

it('references that fail are null, each in its place, however often the query was sent', async () => {
  await using sharing = await startSharing({
    environment: { UPSTREAM_RETRIES: '0' },
    intercept: ({ target }) => (target.includes(imageId(9)) ? { status: 500 } : undefined),
  });
  sharing.image(1);
  const query = entities('... on Image { name } ... on ImageMember { status }');
  for (let times = 0; times < 3; times++) {
    const r = [member(9, 'a'), image(1), member(9, 'b')];
    const { data, errors } = await sharing.query('producer', query, { r });
    expect(data).toEqual({ _entities: [null, { name: 'image 1' }, null] });
    expect(errors?.map(({ path, extensions }) => [path, extensions.code])).toEqual(
      [0, 2].map((index) => [['_entities', index], 'UPSTREAM_UNAVAILABLE']),
    );
  }
});

describe('a reference to a member', () => {
  it('costs no call if only its key is selected', async () => {
    await using sharing = await startSharing();
    const { data } = await sharing.query(
      'producer',
      entities('__typename ... on ImageMember { id imageId memberId project { id } image { id } }'),
      { r: [member(1, 'a')] },
    );
    expect(data).toEqual({
      _entities: [
        {
          ...member(1, 'a'),
          id: toImageMemberId(member(1, 'a')),
          project: { id: projects.a },
          image: { id: imageId(1) },
        },
      ],
    });
    expect(sharing.calls()).toEqual([]);
  });

  it('costs one list for several members of an image, and one lookup for a single member', async () => {
    await using sharing = await startSharing();
    sharing.image(1, {}, { a: 'pending', b: 'accepted' });
    sharing.image(2, {}, { a: 'rejected' });
    const { data } = await sharing.query('producer', entities('... on ImageMember { memberId status }'), {
      r: [member(1, 'b'), member(2, 'a'), member(2, 'a'), member(1, 'a')],
    });
    const [a1, b1, a2] = [
      { memberId: projects.a, status: 'PENDING' },
      { memberId: projects.b, status: 'ACCEPTED' },
      { memberId: projects.a, status: 'REJECTED' },
    ];
    expect(data).toEqual({ _entities: [b1, a2, a2, a1] });
    expect(sharing.calls().sort()).toEqual(['GET /images/#1/members', 'GET /images/#2/members/a']);
  });

  it('fails individually if its id is invalid', async () => {
    await using sharing = await startSharing();
    sharing.image(1, {}, { a: 'pending' });
    const { data, errors } = await sharing.query('producer', entities('... on ImageMember { status }'), {
      r: [{ ...member(1, 'a'), memberId: '..' }, { __typename: 'ImageMember', imageId: imageId(1) }, member(1, 'a')],
    });
    expect(data).toEqual({ _entities: [null, null, { status: 'PENDING' }] });
    expect(errors?.map(({ path, extensions }) => [path, extensions.code])).toEqual(
      [0, 1].map((index) => [['_entities', index], 'BAD_USER_INPUT']),
    );
    expect(sharing.calls()).toEqual(['GET /images/#1/members/a']);
  });
});

describe('a representation', () => {
  const all = entities(
    '__typename ... on Project { id } ... on Image { id } ... on ImageMember { id imageId memberId }',
  );

  it('accepts numbers as ids like the scalar ID', async () => {
    await using sharing = await startSharing();
    const r = [
      { __typename: 'Project', id: 5 },
      { __typename: 'Image', id: 5 },
      { __typename: 'ImageMember', imageId: 5, memberId: 6 },
    ];
    for (const _time of ['first', 'second', 'third']) {
      const { data, errors } = await sharing.query('producer', all, { r });
      expect(errors).toBeUndefined();
      const key = { imageId: '5', memberId: '6' };
      expect(data).toEqual({
        _entities: [
          { __typename: 'Project', id: '5' },
          { __typename: 'Image', id: '5' },
          { __typename: 'ImageMember', id: toImageMemberId(key), ...key },
        ],
      });
    }
    expect(sharing.calls()).toEqual([]);
  });

  it.each([true, ['x'], { a: 1 }, null, undefined, 5.5, '', '..', 'a/b', 'x'.repeat(256)])(
    'cannot have the id %j, for any type',
    async (id) => {
      await using sharing = await startSharing();
      const r = [
        { __typename: 'Project', id },
        { __typename: 'Image', id },
        { __typename: 'ImageMember', imageId: id, memberId: 'm' },
        { __typename: 'ImageMember', imageId: 'i', memberId: id },
        { __typename: 'Project', id: 'good' },
      ];
      const names = ['id', 'id', 'imageId', 'memberId'];
      for (const _time of ['first', 'second', 'third']) {
        const { data, errors } = await sharing.query('producer', all, { r });
        expect(data).toEqual({ _entities: [null, null, null, null, { __typename: 'Project', id: 'good' }] });
        expect(errors).toHaveLength(4);
        for (const [index, name] of names.entries()) {
          expect(errors).toContainEqual(
            expect.objectContaining({
              path: ['_entities', index],
              message: expect.stringContaining(`"${name}"`),
              extensions: expect.objectContaining({ code: 'BAD_USER_INPUT' }),
            }),
          );
        }
      }
      expect(sharing.calls()).toEqual([]);
    },
  );

  it('is used only for its key', async () => {
    await using sharing = await startSharing();
    const extra = {
      status: 'ACCEPTED',
      schema: 'false',
      project: { id: 'false' },
      image: { id: 'false' },
      name: 'false',
    };
    const r = [
      { ...extra, __typename: 'ImageMember', imageId: 'i', memberId: 'm' },
      { ...extra, ...image(1) },
      { ...extra, __typename: 'Project', id: 'p', memberId: 'm' },
    ];
    const keys = entities(
      '__typename ... on ImageMember { project { id } image { id } } ... on Image { id } ... on Project { id }',
    );
    const more = entities('... on ImageMember { status schema } ... on Image { name }');
    for (const _time of ['first', 'second']) {
      expect((await sharing.query('producer', keys, { r })).data).toEqual({
        _entities: [
          { __typename: 'ImageMember', project: { id: 'm' }, image: { id: 'i' } },
          image(1),
          { __typename: 'Project', id: 'p' },
        ],
      });
      expect((await sharing.query('producer', more, { r })).data).toEqual({ _entities: [null, null, {}] });
    }
  });
});

it('references of both kinds can be mixed, and a refused one does not affect the others', async () => {
  await using sharing = await startSharing({
    intercept: ({ target }) => (target.endsWith(`/members/${projects.b}`) ? { status: 403 } : undefined),
  });
  sharing.image(1, {}, { a: 'pending' });
  const { data, errors } = await sharing.query(
    'producer',
    entities('__typename ... on Image { name } ... on ImageMember { status }'),
    { r: [member(1, 'a'), image(1), member(2, 'b')] },
  );
  expect(data).toEqual({
    _entities: [{ __typename: 'ImageMember', status: 'PENDING' }, { __typename: 'Image', name: 'image 1' }, null],
  });
  expect(errors).toMatchObject([{ path: ['_entities', 2], extensions: { code: 'FORBIDDEN' } }]);
});

it('the schema is available for composition without a token', async () => {
  await using sharing = await startSharing();
  const { data } = await sharing.gateway.query(null, '{ _service { sdl } }');
  expect(data).toMatchObject({ _service: { sdl: expect.stringContaining('type ImageMember') } });
});
