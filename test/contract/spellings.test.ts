import { describe, expect, it } from 'vitest';
import { databases } from './cloud.ts';
import { list, runBulk, show, update } from './operations.ts';
import { openStage, type Stage } from './stage.ts';

/** Spellings of an id that MariaDB treats as equal. */
const spellings = [
  { kind: 'upper case', spell: (id: string) => id.toUpperCase() },
  { kind: 'a trailing space', spell: (id: string) => `${id} ` },
  { kind: 'both', spell: (id: string) => `${id.toUpperCase()}  ` },
];

const cases = databases().flatMap((database) => spellings.map((spelling) => ({ database, ...spelling })));

/** The ids and statuses in the cloud itself. */
async function held(stage: Stage, imageId: string): Promise<string[]> {
  const rows = (await stage.rows(imageId)) as { readonly member_id: string; readonly status: string }[];
  return rows.map(({ member_id, status }) => `${member_id} ${status}`).sort();
}

/** The `ImageMember.id` of each member, by its project. */
async function cacheIds(stage: Stage, imageId: string): Promise<Readonly<Record<string, string>>> {
  const { data } = await stage.ask('producer', 'query ($id: ID!) { image(id: $id) { members { id memberId } } }', {
    id: imageId,
  });
  const { image } = data as { image: { members: { id: string; memberId: string }[] } };
  return Object.fromEntries(image.members.map(({ id, memberId }) => [memberId, id]));
}

async function remove(stage: Stage, imageId: string, memberId: string) {
  const document = `mutation ($input: DeleteImageMemberInput!) {
    removal: deleteImageMember(input: $input) { deletedImageMemberId image { id } userErrors { code } }
  }`;
  const { data, errors } = await stage.ask('producer', document, { input: { imageId, memberId } });
  expect(errors).toEqual([]);
  return (data as { removal: object }).removal;
}

const set = (stage: Stage, imageId: string, memberIds: readonly string[], dryRun = false) =>
  runBulk(stage, 'producer', 'setImageMembers', { imageId, memberIds, dryRun });

describe.each(cases)('on $database, a member id in another spelling: $kind', ({ database, spell }) => {
  const isSame = database === 'mariadb';

  it('setImageMembers never removes the member that it should keep', async () => {
    await using stage = await openStage({ database });
    const { consumerA } = stage.cloud.projects;
    const imageId = await stage.image({ members: { consumerA: 'accepted' } });
    const other = spell(consumerA);
    expect(await set(stage, imageId, [other], true)).toEqual(
      isSame ? ['KEEP UNCHANGED ACCEPTED'] : ['ADD PLANNED', 'REMOVE PLANNED ACCEPTED'],
    );
    expect(await held(stage, imageId)).toEqual([`${consumerA} accepted`]);
    expect(await set(stage, imageId, [other])).toEqual(
      isSame ? ['KEEP UNCHANGED ACCEPTED'] : ['ADD DONE PENDING', 'REMOVE DONE'],
    );
    expect(await held(stage, imageId)).toEqual([isSame ? `${consumerA} accepted` : `${other} pending`]);
  });

  it('setImageMembers accepts both spellings together', async () => {
    await using stage = await openStage({ database });
    const { consumerA } = stage.cloud.projects;
    const imageId = await stage.image({ members: { consumerA: 'accepted' } });
    const other = spell(consumerA);
    for (const memberIds of [
      [consumerA, other],
      [other, consumerA],
    ]) {
      const rows = await set(stage, imageId, memberIds);
      expect(rows).toContain('KEEP UNCHANGED ACCEPTED');
      expect(rows).toHaveLength(2);
    }
    expect(await held(stage, imageId)).toEqual(
      isSame ? [`${consumerA} accepted`] : [`${consumerA} accepted`, `${other} pending`].sort(),
    );
  });

  it('is added once, or as a second member, depending on the database', async () => {
    await using stage = await openStage({ database });
    const memberIds = ['abc', spell('abc')];
    const imageIds = [await stage.image(), await stage.image()];
    const added = ['ADD DONE PENDING', isSame ? 'ADD UNCHANGED PENDING' : 'ADD DONE PENDING'];
    expect(
      await runBulk(stage, 'producer', 'createImageMembers', { imageIds: imageIds.slice(0, 1), memberIds }),
    ).toEqual(added);
    expect(await set(stage, imageIds[1] ?? '', memberIds)).toEqual(added);
    for (const imageId of imageIds) {
      expect(await held(stage, imageId)).toEqual(
        isSame ? ['abc pending'] : memberIds.map((memberId) => `${memberId} pending`).sort(),
      );
    }
  });

  it.each(['the plain spelling', 'the other spelling'])(
    'deletedImageMemberId carries the stored spelling: %s',
    async (which) => {
      await using stage = await openStage({ database });
      const imageId = await stage.image();
      const [stored, asked] = which === 'the plain spelling' ? ['abc', spell('abc')] : [spell('abc'), 'abc'];
      await stage.share(imageId, stored);
      const ids = await cacheIds(stage, imageId);
      expect(await remove(stage, imageId, asked)).toEqual(
        isSame
          ? { deletedImageMemberId: ids[stored], image: { id: imageId }, userErrors: [] }
          : { deletedImageMemberId: null, image: { id: imageId }, userErrors: [{ code: 'NOT_FOUND' }] },
      );
      expect(await held(stage, imageId)).toEqual(isSame ? [] : [`${stored} pending`]);
    },
  );

  it('deleteImageMembers removes only the member that the database matches', async () => {
    await using stage = await openStage({ database });
    const imageId = await stage.image();
    await stage.share(imageId, 'abc');
    await stage.share(imageId, 'xyz');
    const document = `mutation ($input: DeleteImageMembersInput!) {
      bulk: deleteImageMembers(input: $input) { changes { imageId memberId outcome } }
    }`;
    const input = { imageIds: [imageId], memberIds: [spell('abc'), spell('none')] };
    expect(await stage.ask('producer', document, { input })).toEqual({
      data: {
        bulk: {
          changes: [
            { imageId, memberId: isSame ? 'abc' : spell('abc'), outcome: isSame ? 'DONE' : 'UNCHANGED' },
            { imageId, memberId: spell('none'), outcome: 'UNCHANGED' },
          ],
        },
      },
      errors: [],
    });
    expect(await held(stage, imageId)).toEqual(isSame ? ['xyz pending'] : ['abc pending', 'xyz pending']);
  });

  it('is found the same way alone and together with the list', async () => {
    await using stage = await openStage({ database });
    const imageId = await stage.image();
    await stage.share(imageId, 'abc');
    await stage.share(imageId, 'xyz');
    const memberId = spell('abc');
    const found = isSame ? { memberId: 'abc', imageId } : null;
    for (const beside of [
      '',
      'members { id }',
      'x: member(memberId: "xyz") { id }',
      'x: member(memberId: "no") { id }',
    ]) {
      const document = `query ($id: ID!, $memberId: ID!) {
        image(id: $id) { ${beside} member(memberId: $memberId) { memberId imageId } }
        imageMember(imageId: $id, memberId: $memberId) { memberId imageId }
      }`;
      const { data, errors } = await stage.ask('producer', document, { id: imageId, memberId });
      expect(errors).toEqual([]);
      expect(data).toMatchObject({ image: { member: found }, imageMember: found });
    }
  });

  it('updateMemberStatus updates the member that the database matches', async () => {
    await using stage = await openStage({ database });
    const { consumerA } = stage.cloud.projects;
    const imageId = await stage.image({ members: { consumerA: 'pending' } });
    const document = `mutation ($input: UpdateMemberStatusInput!) {
      updateMemberStatus(input: $input) { imageMember { id memberId status } image { id } userErrors { code } }
    }`;
    const ids = await cacheIds(stage, imageId);
    const input = { imageId, memberId: spell(consumerA), status: 'ACCEPTED' };
    const { data } = await stage.ask('consumerA', document, { input });
    const imageMember = { id: ids[consumerA], memberId: consumerA, status: 'ACCEPTED' };
    expect(data).toMatchObject({
      updateMemberStatus: isSame
        ? { imageMember, image: { id: imageId }, userErrors: [] }
        : { imageMember: null, userErrors: [{ code: 'NOT_FOUND' }] },
    });
  });

  it('createImageMember returns the existing member', async () => {
    await using stage = await openStage({ database });
    const { consumerA } = stage.cloud.projects;
    const imageId = await stage.image({ members: { consumerA: 'accepted' } });
    const document = `mutation ($input: CreateImageMemberInput!) {
      createImageMember(input: $input) { imageMember { memberId status } userErrors { code } }
    }`;
    const input = { imageId, memberId: spell(consumerA) };
    const { data } = await stage.ask('producer', document, { input });
    expect(data).toEqual({
      createImageMember: isSame
        ? { imageMember: { memberId: consumerA, status: 'ACCEPTED' }, userErrors: [{ code: 'ALREADY_MEMBER' }] }
        : { imageMember: { memberId: spell(consumerA), status: 'PENDING' }, userErrors: [] },
    });
  });
});

describe.each(databases())('on %s', (database) => {
  const isSame = database === 'mariadb';

  it('members that differ only in spelling are removed separately if they are two', async () => {
    await using stage = await openStage({ database });
    const imageId = await stage.image();
    await stage.share(imageId, 'abc');
    if (!isSame) await stage.share(imageId, 'ABC');
    const [plain, upper] = [await remove(stage, imageId, 'abc'), await remove(stage, imageId, 'ABC')];
    expect(plain).toMatchObject({ userErrors: [] });
    expect(upper).toMatchObject({ userErrors: isSame ? [{ code: 'NOT_FOUND' }] : [] });
    expect(await held(stage, imageId)).toEqual([]);
  });

  it('an accented id matches the plain one if the database says so, and the member is never lost', async () => {
    await using stage = await openStage({ database });
    const imageId = await stage.image();
    await stage.share(imageId, 'projé');
    const ids = await cacheIds(stage, imageId);
    expect(await show(stage, 'producer', imageId, 'projé')).toBe('PENDING');
    expect(await set(stage, imageId, ['proje'], true)).toEqual(
      isSame ? ['KEEP UNCHANGED PENDING'] : ['ADD PLANNED', 'REMOVE REFUSED PENDING INVALID_INPUT'],
    );
    expect(await set(stage, imageId, ['proje'])).toEqual(
      isSame ? ['KEEP UNCHANGED PENDING'] : ['ADD DONE PENDING', 'REMOVE REFUSED PENDING INVALID_INPUT'],
    );
    expect(await held(stage, imageId)).toContain('projé pending');
    expect(await remove(stage, imageId, 'proje')).toMatchObject({
      deletedImageMemberId: isSame ? ids['projé'] : expect.any(String),
      userErrors: [],
    });
    expect(await held(stage, imageId)).toEqual(isSame ? [] : ['projé pending']);
  });

  it('an image id in upper case finds the image or none', async () => {
    await using stage = await openStage({ database });
    const { consumerA } = stage.cloud.projects;
    const imageId = await stage.image({ members: { consumerA: 'accepted' } });
    const other = await stage.image();
    const upper = imageId.toUpperCase();
    const entity =
      '_entities(representations: [{ __typename: "Image", id: $upper }, { __typename: "Image", id: $other }])';
    const document = `query ($upper: ID!, $other: ID!, $memberId: ID!) {
      image(id: $upper) { id name members { imageId } member(memberId: $memberId) { status } myMembership { status } }
      imageMember(imageId: $upper, memberId: $memberId) { imageId image { id name } }
      ${entity} { ... on Image { id name } }
    }`;
    const { data, errors } = await stage.ask('consumerA', document, { upper, other, memberId: consumerA });
    expect(errors).toEqual([]);
    const image = { id: imageId, name: stage.tag };
    const membership = { members: [{ imageId }], member: { status: 'ACCEPTED' }, myMembership: { status: 'ACCEPTED' } };
    expect(data).toEqual(
      isSame
        ? { image: { ...image, ...membership }, imageMember: { imageId, image }, _entities: [image, null] }
        : { image: null, imageMember: null, _entities: [null, null] },
    );
  });

  it('payloads carry the image id as stored', async () => {
    await using stage = await openStage({ database });
    const imageId = await stage.image();
    const upper = imageId.toUpperCase();
    const document = `mutation ($imageId: ID!) {
      create: createImageMember(input: { imageId: $imageId, memberId: "abc" }) { imageMember { imageId } image { id } userErrors { code } }
      many: createImageMembers(input: { imageIds: [$imageId], memberIds: ["abc"] }) { changes { imageId outcome } }
      set: setImageMembers(input: { imageId: $imageId, memberIds: ["abc", "xyz"] }) { changes { imageId outcome } userErrors { code } }
      remove: deleteImageMember(input: { imageId: $imageId, memberId: "abc" }) { deletedImageMemberId image { id } userErrors { code } }
    }`;
    const { data, errors } = await stage.ask('producer', document, { imageId: upper });
    expect(errors).toEqual([]);
    const notFound = [{ code: 'NOT_FOUND' }];
    expect(data).toEqual(
      isSame
        ? {
            create: { imageMember: { imageId }, image: { id: imageId }, userErrors: [] },
            many: { changes: [{ imageId, outcome: 'UNCHANGED' }] },
            set: { changes: ['UNCHANGED', 'DONE'].map((outcome) => ({ imageId, outcome })), userErrors: [] },
            remove: {
              deletedImageMemberId: Buffer.from(`${imageId}/abc`).toString('base64url'),
              image: { id: imageId },
              userErrors: [],
            },
          }
        : {
            create: { imageMember: null, image: null, userErrors: notFound },
            many: { changes: [{ imageId: upper, outcome: 'REFUSED' }] },
            set: { changes: [], userErrors: notFound },
            remove: { deletedImageMemberId: null, image: null, userErrors: notFound },
          },
    );
  });

  it('a consumer stored in another spelling can see itself and set its status if the database matches it', async () => {
    await using stage = await openStage({ database });
    const { consumerA } = stage.cloud.projects;
    const imageId = await stage.image();
    await stage.share(imageId, consumerA.toUpperCase());
    expect(await show(stage, 'consumerA', imageId, consumerA.toUpperCase())).toBe(isSame ? 'PENDING' : null);
    const members = isSame ? [`${consumerA.toUpperCase()} PENDING`] : null;
    expect(await list(stage, 'consumerA', imageId)).toEqual(members);
    expect(await update(stage, 'consumerA', imageId, consumerA.toUpperCase(), 'REJECTED')).toBe(
      isSame ? 'REJECTED' : 'NOT_FOUND -',
    );
  });
});
