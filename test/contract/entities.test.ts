import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { Caller } from './cloud.ts';
import { type Answer, openStage, type Stage } from './stage.ts';

function resolve(stage: Stage, caller: Caller, representations: readonly object[], fields: string): Promise<Answer> {
  const document = `query ($representations: [_Any!]!) { _entities(representations: $representations) { __typename ${fields} } }`;
  return stage.ask(caller, document, { representations });
}

it.each<{ readonly caller: Caller; readonly sees: boolean }>([
  { caller: 'producer', sees: true },
  { caller: 'consumerA', sees: true },
  { caller: 'admin', sees: true },
  { caller: 'consumerB', sees: false },
  { caller: 'stranger', sees: false },
])('resolves an image entity for $caller: $sees', async ({ caller, sees }) => {
  await using stage = await openStage();
  const id = await stage.image({ members: { consumerA: 'pending' } });
  const image = { __typename: 'Image', id };
  expect(await resolve(stage, caller, [image], '... on Image { name owner { id } }')).toEqual({
    data: {
      _entities: [sees ? { __typename: 'Image', name: stage.tag, owner: { id: stage.cloud.projects.producer } } : null],
    },
    errors: [],
  });
});

it.each<{ readonly caller: Caller; readonly sees: readonly (string | null)[] }>([
  { caller: 'producer', sees: ['ACCEPTED', 'PENDING', null] },
  { caller: 'admin', sees: ['ACCEPTED', 'PENDING', null] },
  { caller: 'consumerA', sees: ['ACCEPTED', null, null] },
  { caller: 'consumerB', sees: [null, 'PENDING', null] },
  { caller: 'stranger', sees: [null, null, null] },
])('resolves membership entities for $caller: $sees', async ({ caller, sees }) => {
  await using stage = await openStage();
  const { consumerA, consumerB, stranger } = stage.cloud.projects;
  const imageId = await stage.image({ members: { consumerA: 'accepted', consumerB: 'pending' } });
  const members = [consumerA, consumerB, stranger].map((memberId) => ({
    __typename: 'ImageMember',
    imageId,
    memberId,
  }));
  expect(await resolve(stage, caller, members, '... on ImageMember { memberId status }')).toEqual({
    data: {
      _entities: members.map(({ __typename, memberId }, at) => {
        const status = sees[at] ?? null;
        return status && { __typename, memberId, status };
      }),
    },
    errors: [],
  });
});

it('resolves a single membership entity with one call', async () => {
  await using stage = await openStage();
  const { consumerA } = stage.cloud.projects;
  const imageId = await stage.image({ members: { consumerA: 'accepted' } });
  const member = { __typename: 'ImageMember', imageId, memberId: consumerA };
  const { data } = await resolve(stage, 'producer', [member], '... on ImageMember { status image { name } }');
  expect(data).toEqual({
    _entities: [{ __typename: 'ImageMember', status: 'ACCEPTED', image: { name: stage.tag } }],
  });
  expect([...stage.calls].sort()).toEqual(['getImage', 'getMember']);
});

it('returns images in the requested order, including hidden and repeated ones, with null for invisible ones', async () => {
  await using stage = await openStage();
  const own = await Promise.all(Array.from({ length: 27 }, () => stage.image()));
  const hidden = await stage.image({ attributes: { os_hidden: true } });
  const foreign = await stage.image({ owner: 'stranger' });
  const community = await stage.image({ owner: 'stranger', visibility: 'community' });
  const pending = await stage.image({ owner: 'stranger', members: { producer: 'pending' } });
  const rejected = await stage.image({ owner: 'stranger', members: { producer: 'rejected' } });
  const ids = [foreign, hidden, ...own, randomUUID(), community, 'no uuid', pending, own[0], rejected];
  const images = ids.map((id) => ({ __typename: 'Image', id }));
  const unseen = new Set([foreign, ids[29], 'no uuid']);
  const { data, errors } = await resolve(stage, 'producer', images, '... on Image { id name }');
  expect(errors).toEqual([]);
  expect(data).toEqual({
    _entities: ids.map((id) => (unseen.has(id) ? null : { __typename: 'Image', id, name: stage.tag })),
  });
  expect(stage.calls.filter((call) => call === 'listImagesById').length).toBeLessThanOrEqual(2);
});

it('returns key fields without a call', async () => {
  await using stage = await openStage();
  const key = { imageId: randomUUID(), memberId: 'x' };
  const entities = [
    { __typename: 'Image', id: key.imageId },
    { __typename: 'ImageMember', ...key },
  ];
  const fields = '... on Image { id } ... on ImageMember { imageId memberId project { id } }';
  expect(await resolve(stage, 'stranger', entities, fields)).toEqual({
    data: { _entities: [entities[0], { ...entities[1], project: { id: 'x' } }] },
    errors: [],
  });
  expect(stage.calls).toEqual([]);
});

it('refuses an entity with an invalid id without affecting others', async () => {
  await using stage = await openStage();
  const id = await stage.image();
  const entities = [
    { __typename: 'Image', id: '..' },
    { __typename: 'ImageMember', imageId: id, memberId: 'a/b' },
    { __typename: 'Image', id },
  ];
  const { data, errors } = await resolve(
    stage,
    'producer',
    entities,
    '... on Image { name } ... on ImageMember { status }',
  );
  expect(data).toEqual({ _entities: [null, null, { __typename: 'Image', name: stage.tag }] });
  expect(errors.map(({ path, extensions }) => [path, extensions.code])).toEqual([
    [['_entities', 0], 'BAD_USER_INPUT'],
    [['_entities', 1], 'BAD_USER_INPUT'],
  ]);
});

it('lists the members of an image entity that the caller may see', async () => {
  await using stage = await openStage();
  const { consumerA, consumerB } = stage.cloud.projects;
  const id = await stage.image({ members: { consumerA: 'accepted', consumerB: 'rejected' } });
  const lists = async (caller: Caller): Promise<unknown> =>
    (await resolve(stage, caller, [{ __typename: 'Image', id }], '... on Image { members { memberId } }')).data;
  const members = (...ids: string[]) => ({
    _entities: [{ __typename: 'Image', members: ids.map((memberId) => ({ memberId })) }],
  });
  expect(await lists('producer')).toEqual(members(consumerA, consumerB));
  expect(await lists('consumerB')).toEqual(members(consumerB));
  expect(await lists('stranger')).toEqual({ _entities: [{ __typename: 'Image', members: null }] });
});

it('lists no members for an entity that is not shared, even if only its key is known', async () => {
  await using stage = await openStage();
  const ids = [
    await stage.image({ visibility: 'private' }),
    await stage.image({ visibility: 'community' }),
    await stage.image({ visibility: 'public' }),
  ];
  const images = ids.map((id) => ({ __typename: 'Image', id }));
  const fields = '... on Image { members { memberId } member(memberId: "x") { status } }';
  expect(await resolve(stage, 'producer', images, fields)).toEqual({
    data: { _entities: ids.map(() => ({ __typename: 'Image', members: [], member: null })) },
    errors: [],
  });
});
