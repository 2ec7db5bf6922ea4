import { describe, expect, it } from 'vitest';
import { codes, create, list, look, remove, runBulk, show, update } from './operations.ts';
import { openStage } from './stage.ts';

describe('a member id without a matching project', () => {
  it.each([
    { kind: 'spaces', memberId: ' a  b ' },
    { kind: 'quotes', memberId: `o'hara "the" \`second\`` },
    { kind: 'percent signs', memberId: '100%' },
    { kind: 'a percent-encoded character', memberId: '%41%2f..' },
    { kind: 'URL delimiters', memberId: 'a?b=c&d#e;f+g:h@i' },
    { kind: 'commas', memberId: 'a,b' },
    { kind: 'a filter prefix', memberId: 'in:a' },
    { kind: 'backslashes', memberId: '..\\a\\b' },
    { kind: 'three dots', memberId: '...' },
    { kind: 'markup', memberId: '<b>&amp;' },
    { kind: 'a single character', memberId: '0' },
    { kind: '255 characters', memberId: 'x'.repeat(255) },
  ])('may contain $kind, and the member can be found and removed', async ({ memberId }) => {
    await using stage = await openStage();
    const imageId = await stage.image();
    expect(await create(stage, 'producer', imageId, memberId)).toBe('PENDING');
    expect(await list(stage, 'producer', imageId)).toEqual([`${memberId} PENDING`]);
    expect(await show(stage, 'producer', imageId, memberId)).toBe('PENDING');
    expect(await create(stage, 'producer', imageId, memberId)).toBe('ALREADY_MEMBER input.memberId: PENDING');
    expect(await remove(stage, 'producer', imageId, memberId)).toBe('removed');
    expect(await stage.rows(imageId)).toEqual([]);
  });

  it.each(['é', 'projé', '日本', 'Ω-projekt', '😀'])(
    'is refused if it is %s, because Glance could not look it up by its path',
    async (memberId) => {
      await using stage = await openStage();
      const imageId = await stage.image();
      expect(await create(stage, 'producer', imageId, memberId)).toBe('INVALID_INPUT input.memberId');
      expect(await show(stage, 'producer', imageId, memberId)).toBeNull();
      expect(await stage.rows(imageId)).toEqual([]);
    },
  );

  it('may be sent as a number, and is returned as a string', async () => {
    await using stage = await openStage();
    const imageId = await stage.image();
    const document = `mutation ($imageId: ID!) {
      createImageMember(input: { imageId: $imageId, memberId: 4711 }) { imageMember { memberId } userErrors { code } }
    }`;
    expect(await stage.ask('producer', document, { imageId })).toEqual({
      data: { createImageMember: { imageMember: { memberId: '4711' }, userErrors: [] } },
      errors: [],
    });
    expect(await list(stage, 'producer', imageId)).toEqual(['4711 PENDING']);
  });
});

describe('a member whose id has non-ASCII characters, added directly in the cloud', () => {
  it.each(['é', 'projé', '日本', 'a\u00a0'])('is listed and found by its id: %j', async (memberId) => {
    await using stage = await openStage();
    const imageId = await stage.image({ members: { consumerA: 'accepted' } });
    await stage.share(imageId, memberId);
    expect(await list(stage, 'producer', imageId)).toEqual(['consumerA ACCEPTED', `${memberId} PENDING`].sort());
    expect(await show(stage, 'producer', imageId, memberId)).toBe('PENDING');
    expect(await show(stage, 'consumerA', imageId, memberId)).toBeNull();
    const document = `query ($imageId: ID!, $memberId: ID!) {
      image(id: $imageId) { member(memberId: $memberId) { memberId project { id } } }
      _entities(representations: [{ __typename: "ImageMember", imageId: $imageId, memberId: $memberId }]) {
        ... on ImageMember { status }
      }
    }`;
    expect(await stage.ask('producer', document, { imageId, memberId })).toEqual({
      data: { image: { member: { memberId, project: { id: memberId } } }, _entities: [{ status: 'PENDING' }] },
      errors: [],
    });
  });

  it('is never reported as removed', async () => {
    await using stage = await openStage();
    const memberId = 'projé';
    const imageId = await stage.image();
    await stage.share(imageId, memberId);
    const before = await stage.rows(imageId);
    const refused = 'REMOVE REFUSED INVALID_INPUT';
    expect(await remove(stage, 'producer', imageId, memberId)).toBe('INVALID_INPUT input.memberId');
    expect(await update(stage, 'admin', imageId, memberId, 'ACCEPTED')).toBe('INVALID_INPUT input.memberId');
    expect(
      await runBulk(stage, 'producer', 'deleteImageMembers', { imageIds: [imageId], memberIds: [memberId] }),
    ).toEqual([refused]);
    const set = (memberIds: readonly string[], dryRun = false) =>
      runBulk(stage, 'producer', 'setImageMembers', { imageId, memberIds, dryRun });
    const refusedWithRow = 'REMOVE REFUSED PENDING INVALID_INPUT';
    expect(await set([])).toEqual([refusedWithRow]);
    expect(await set([], true)).toEqual([refusedWithRow]);
    expect(await set([memberId])).toEqual(['KEEP UNCHANGED PENDING']);
    expect(await set([memberId, 'é'])).toBe('INVALID_INPUT');
    expect(await stage.rows(imageId)).toEqual(before);
  });

  it('does not affect the member whose id Glance would decode from its bytes', async () => {
    await using stage = await openStage();
    const imageId = await stage.image();
    await stage.share(imageId, 'projé');
    const asLatin1 = Buffer.from('projé').toString('latin1');
    await stage.share(imageId, asLatin1);
    expect(await remove(stage, 'producer', imageId, 'projé')).toBe('INVALID_INPUT input.memberId');
    expect(await show(stage, 'producer', imageId, 'projé')).toBe('PENDING');
    expect(await stage.rows(imageId)).toHaveLength(2);
  });
});

it('an image id with non-ASCII characters finds no image, and is refused by writes', async () => {
  await using stage = await openStage();
  expect(await look(stage, 'producer', 'é')).toBeNull();
  expect(await look(stage, 'nobody', 'é')).toBe('error UNAUTHENTICATED');
  expect(await show(stage, 'producer', 'é', 'm')).toBeNull();
  expect(await create(stage, 'producer', 'é', 'm')).toBe('INVALID_INPUT input.imageId');
  expect(await remove(stage, 'producer', 'é', 'm')).toBe('INVALID_INPUT input.imageId');
  const { data, errors } = await stage.ask(
    'producer',
    '{ _entities(representations: [{ __typename: "Image", id: "é" }]) { ... on Image { members { status } } } }',
  );
  expect({ data, errors }).toEqual({ data: { _entities: [{ members: null }] }, errors: [] });
  expect(stage.calls).toEqual([]);
});

describe('an id that cannot be a path segment never reaches the cloud', () => {
  const unusable = [
    { kind: 'nothing', id: '' },
    { kind: 'a dot', id: '.' },
    { kind: 'two dots', id: '..' },
    { kind: 'a slash', id: '/' },
    { kind: 'a path', id: '../images' },
    { kind: 'a resource below', id: '0d2c3c45-8a0b-4f5e-9d3a-1b2c3d4e5f60/members' },
    { kind: 'NUL', id: 'a\u0000b' },
    { kind: 'a line break', id: 'a\r\nX-Auth-Token: b' },
    { kind: 'DEL', id: 'a\u007f' },
    { kind: 'a C1 control character', id: 'a\u0085' },
    { kind: '256 characters', id: 'x'.repeat(256) },
  ];
  const good = '0d2c3c45-8a0b-4f5e-9d3a-1b2c3d4e5f60';

  it.each(unusable)('$kind: INVALID_INPUT from every mutation', async ({ id }) => {
    await using stage = await openStage();
    const document = `mutation ($imageId: ID!, $memberId: ID!) {
      create: createImageMember(input: { imageId: $imageId, memberId: $memberId }) { imageMember { id } image { id } userErrors { code field } }
      update: updateMemberStatus(input: { imageId: $imageId, memberId: $memberId, status: ACCEPTED }) { imageMember { id } image { id } userErrors { code field } }
      remove: deleteImageMember(input: { imageId: $imageId, memberId: $memberId }) { deletedImageMemberId image { id } userErrors { code field } }
    }`;
    for (const [imageId, memberId] of [
      [id, good],
      [good, id],
    ]) {
      const userErrors = Object.entries({ imageId, memberId })
        .filter(([, value]) => value === id)
        .map(([name]) => ({ code: 'INVALID_INPUT', field: ['input', name] }));
      const nothing = { imageMember: null, image: null, userErrors };
      expect(await stage.ask('producer', document, { imageId, memberId })).toEqual({
        data: { create: nothing, update: nothing, remove: { deletedImageMemberId: null, image: null, userErrors } },
        errors: [],
      });
    }
    expect(stage.calls).toEqual([]);
  });

  it.each(unusable)('$kind: BAD_USER_INPUT from every query', async ({ id }) => {
    await using stage = await openStage();
    const document = `query ($id: ID!, $good: ID!) {
      image(id: $id) { name }
      ofNoImage: imageMember(imageId: $id, memberId: $good) { status }
      noMember: imageMember(imageId: $good, memberId: $id) { status }
    }`;
    const answer = await stage.ask('producer', document, { id, good });
    expect(answer.data).toEqual({ image: null, ofNoImage: null, noMember: null });
    expect(codes(answer)).toEqual(['BAD_USER_INPUT', 'BAD_USER_INPUT', 'BAD_USER_INPUT']);
    expect(stage.calls).toEqual([]);
  });
});

it('an invalid member id is refused on an existing image, and its members are still listed', async () => {
  await using stage = await openStage();
  const imageId = await stage.image({ members: { consumerA: 'accepted' } });
  const document = 'query ($id: ID!) { image(id: $id) { name member(memberId: "..") { status } members { status } } }';
  const answer = await stage.ask('producer', document, { id: imageId });
  expect(answer.data).toEqual({ image: { name: stage.tag, member: null, members: [{ status: 'ACCEPTED' }] } });
  expect(codes(answer)).toEqual(['BAD_USER_INPUT']);
});

it('an encoded slash in an image id does not reach another resource', async () => {
  await using stage = await openStage();
  const imageId = await stage.image({ members: { consumerA: 'accepted' } });
  expect(await look(stage, 'producer', `${imageId}%2Fmembers`)).toBeNull();
  expect(await look(stage, 'producer', `${imageId}?limit=1`)).toBeNull();
  expect(await look(stage, 'producer', `${imageId}/members`)).toBe('error BAD_USER_INPUT');
});
