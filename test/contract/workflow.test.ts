import { describe, expect, it } from 'vitest';
import { create, find, list, look, remove, show, update } from './operations.ts';
import { openStage } from './stage.ts';

const inbox = { visibility: 'SHARED', memberStatus: 'PENDING' };

it('a producer shares an image, a consumer accepts it, and the producer removes the consumer', async () => {
  await using stage = await openStage();
  const { consumerA } = stage.cloud.projects;
  const imageId = await stage.image({ status: 'active' });
  expect(await find(stage, 'producer')).toEqual([imageId]);

  expect(await create(stage, 'producer', imageId, consumerA)).toBe('PENDING');
  expect(await list(stage, 'producer', imageId)).toEqual(['consumerA PENDING']);
  expect(await find(stage, 'consumerA', inbox)).toEqual([imageId]);
  expect(await find(stage, 'consumerA')).toEqual([]);

  expect(await update(stage, 'consumerA', imageId, consumerA, 'ACCEPTED')).toBe('ACCEPTED');
  expect(await list(stage, 'producer', imageId)).toEqual(['consumerA ACCEPTED']);
  expect(await find(stage, 'consumerA')).toEqual([imageId]);
  expect(await find(stage, 'consumerA', inbox)).toEqual([]);

  expect(await remove(stage, 'producer', imageId, consumerA)).toBe('removed');
  expect(await list(stage, 'producer', imageId)).toEqual([]);
  expect(await find(stage, 'consumerA')).toEqual([]);
  expect(await look(stage, 'consumerA', imageId)).toBeNull();

  expect(await create(stage, 'producer', imageId, consumerA)).toBe('PENDING');
  expect(await find(stage, 'consumerA', inbox)).toEqual([imageId]);
});

describe('a consumer changes its mind', () => {
  const statuses = ['pending', 'accepted', 'rejected'] as const;
  const changes = statuses.flatMap((from) => statuses.map((to) => ({ from, to })));

  it.each(changes)('from $from to $to, and its lists reflect the change', async ({ from, to }) => {
    await using stage = await openStage();
    const { consumerA } = stage.cloud.projects;
    const imageId = await stage.image({ members: { consumerA: from } });
    const status = to.toUpperCase();
    expect(await update(stage, 'consumerA', imageId, consumerA, status)).toBe(status);
    expect(await show(stage, 'consumerA', imageId, consumerA)).toBe(status);
    expect(await show(stage, 'producer', imageId, consumerA)).toBe(status);
    expect(await find(stage, 'consumerA')).toEqual(to === 'accepted' ? [imageId] : []);
    expect(await find(stage, 'consumerA', inbox)).toEqual(to === 'pending' ? [imageId] : []);
    expect(await find(stage, 'consumerA', { memberStatus: 'REJECTED' })).toEqual(to === 'rejected' ? [imageId] : []);
    expect(await look(stage, 'consumerA', imageId)).toBe('SHARED');
  });
});

it('a producer sees every consumer with its status, and can filter by status', async () => {
  await using stage = await openStage();
  const imageId = await stage.image({
    members: { consumerA: 'accepted', consumerB: 'rejected', stranger: 'pending' },
  });
  const everyone = ['consumerA ACCEPTED', 'consumerB REJECTED', 'stranger PENDING'];
  expect(await list(stage, 'producer', imageId)).toEqual(everyone);
  expect(await list(stage, 'producer', imageId, ['ACCEPTED'])).toEqual(['consumerA ACCEPTED']);
  expect(await list(stage, 'producer', imageId, ['REJECTED', 'PENDING'])).toEqual(everyone.slice(1));
  expect(await list(stage, 'producer', imageId, [])).toEqual([]);
});

it("one consumer's decision does not affect the others", async () => {
  await using stage = await openStage();
  const { consumerA, consumerB } = stage.cloud.projects;
  const imageId = await stage.image({ members: { consumerA: 'accepted', consumerB: 'accepted' } });
  expect(await update(stage, 'consumerA', imageId, consumerA, 'REJECTED')).toBe('REJECTED');
  expect(await list(stage, 'producer', imageId)).toEqual(['consumerA REJECTED', 'consumerB ACCEPTED']);
  expect(await remove(stage, 'producer', imageId, consumerA)).toBe('removed');
  expect(await show(stage, 'consumerB', imageId, consumerB)).toBe('ACCEPTED');
});

it('a removed consumer can no longer accept', async () => {
  await using stage = await openStage();
  const { consumerA } = stage.cloud.projects;
  const imageId = await stage.image({ members: { consumerA: 'accepted' } });
  await stage.unshare(imageId, consumerA);
  expect(await update(stage, 'consumerA', imageId, consumerA, 'ACCEPTED')).toBe('NOT_FOUND -');
  expect(await show(stage, 'consumerA', imageId, consumerA)).toBeNull();
  expect(await stage.rows(imageId)).toEqual([]);
});

it('a consumer that is added again starts as pending, with its original creation time', async () => {
  await using stage = await openStage();
  const { consumerA } = stage.cloud.projects;
  const imageId = await stage.image({ members: { consumerA: 'accepted' } });
  const document =
    'query ($imageId: ID!, $memberId: ID!) { imageMember(imageId: $imageId, memberId: $memberId) { createdAt } }';
  const variables = { imageId, memberId: consumerA };
  const first = await stage.ask('producer', document, variables);
  await stage.unshare(imageId, consumerA);
  expect(await create(stage, 'producer', imageId, consumerA)).toBe('PENDING');
  expect(await stage.ask('producer', document, variables)).toEqual(first);
});

it('writes of one operation run in order, and each payload shows the image after that write', async () => {
  await using stage = await openStage();
  const { consumerA, consumerB } = stage.cloud.projects;
  const imageId = await stage.image();
  const document = `mutation ($imageId: ID!, $a: ID!, $b: ID!) {
    first: createImageMember(input: { imageId: $imageId, memberId: $a }) { ...after }
    second: createImageMember(input: { imageId: $imageId, memberId: $b }) { ...after }
    third: deleteImageMember(input: { imageId: $imageId, memberId: $a }) { image { name members { memberId } } userErrors { code } }
    fourth: deleteImageMember(input: { imageId: $imageId, memberId: $a }) { image { name members { memberId } } userErrors { code } }
  }
  fragment after on CreateImageMemberPayload { image { name members { memberId } } userErrors { code } }`;
  const image = (...ids: string[]) => ({ name: stage.tag, members: ids.map((memberId) => ({ memberId })) });
  expect(await stage.ask('producer', document, { imageId, a: consumerA, b: consumerB })).toEqual({
    data: {
      first: { image: image(consumerA), userErrors: [] },
      second: { image: image(consumerA, consumerB), userErrors: [] },
      third: { image: image(consumerB), userErrors: [] },
      fourth: { image: image(consumerB), userErrors: [{ code: 'NOT_FOUND' }] },
    },
    errors: [],
  });
});

it('the payload of a consumer’s decision shows only that consumer as a member', async () => {
  await using stage = await openStage();
  const { consumerA, producer } = stage.cloud.projects;
  const imageId = await stage.image({ members: { consumerA: 'pending', consumerB: 'accepted' } });
  const document = `mutation ($input: UpdateMemberStatusInput!) {
    updateMemberStatus(input: $input) {
      imageMember { project { id } image { owner { id } } }
      image { visibility status members { memberId status } member(memberId: "${stage.cloud.projects.consumerB}") { status } }
      userErrors { code }
    }
  }`;
  const input = { imageId, memberId: consumerA, status: 'ACCEPTED' };
  expect(await stage.ask('consumerA', document, { input })).toEqual({
    data: {
      updateMemberStatus: {
        imageMember: { project: { id: consumerA }, image: { owner: { id: producer } } },
        image: {
          visibility: 'SHARED',
          status: 'QUEUED',
          members: [{ memberId: consumerA, status: 'ACCEPTED' }],
          member: null,
        },
        userErrors: [],
      },
    },
    errors: [],
  });
});

it('an image has its attributes, and an active image those of its data', async () => {
  await using stage = await openStage();
  const imageId = await stage.image({
    status: 'active',
    attributes: { min_disk: 3, min_ram: 512, protected: true, os_distro: 'debian' },
  });
  const document = `query ($id: ID!) { image(id: $id) {
    id name status visibility osHidden protected owner { id } size virtualSize diskFormat containerFormat minDisk minRam
    checksum osHashAlgo osHashValue tags properties self file schema
  } }`;
  const { data } = await stage.ask('producer', document, { id: imageId });
  expect(data).toEqual({
    image: {
      id: imageId,
      name: stage.tag,
      status: 'ACTIVE',
      visibility: 'SHARED',
      osHidden: false,
      protected: true,
      owner: { id: stage.cloud.projects.producer },
      size: 4,
      virtualSize: 4,
      diskFormat: 'raw',
      containerFormat: 'bare',
      minDisk: 3,
      minRam: 512,
      checksum: '8d777f385d3dfec8815d20f7496026dc',
      osHashAlgo: 'sha512',
      osHashValue: expect.stringMatching(/^[0-9a-f]{128}$/),
      tags: [stage.tag],
      properties: expect.objectContaining({ os_distro: 'debian' }),
      self: `/v2/images/${imageId}`,
      file: `/v2/images/${imageId}/file`,
      schema: '/v2/schemas/image',
    },
  });
});

it('times are whole seconds in UTC, without a fraction', async () => {
  await using stage = await openStage();
  const imageId = await stage.image({ members: { consumerA: 'pending' } });
  const document = 'query ($id: ID!) { image(id: $id) { createdAt updatedAt members { createdAt updatedAt } } }';
  const { data } = await stage.ask('producer', document, { id: imageId });
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  expect(data).toEqual({
    image: { createdAt: time, updatedAt: time, members: [{ createdAt: time, updatedAt: time }] },
  });
});
