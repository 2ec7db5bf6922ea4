import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Caller } from './cloud.ts';
import { list, runBulk as run } from './operations.ts';
import { openStage } from './stage.ts';

describe('sharing several images with several projects', () => {
  it('adds each project to each image, in the order of the input, and keeps existing members unchanged', async () => {
    await using stage = await openStage();
    const { consumerA, consumerB } = stage.cloud.projects;
    const imageIds = [await stage.image({ members: { consumerA: 'accepted' } }), await stage.image()];
    const input = { imageIds, memberIds: [consumerA, consumerB] };
    expect(await run(stage, 'producer', 'createImageMembers', input)).toEqual([
      'ADD UNCHANGED ACCEPTED',
      'ADD DONE PENDING',
      'ADD DONE PENDING',
      'ADD DONE PENDING',
    ]);
    expect(await list(stage, 'producer', imageIds[0] ?? '')).toEqual(['consumerA ACCEPTED', 'consumerB PENDING']);
    expect(await list(stage, 'producer', imageIds[1] ?? '')).toEqual(['consumerA PENDING', 'consumerB PENDING']);
  });

  it('reports why each refused pair was refused, and adds the others', async () => {
    await using stage = await openStage();
    const { consumerA } = stage.cloud.projects;
    const good = await stage.image();
    const imageIds = [
      await stage.image({ visibility: 'private' }),
      await stage.image({ owner: 'stranger' }),
      await stage.image({ owner: 'stranger', members: { producer: 'accepted' } }),
      await stage.image({ owner: 'stranger', visibility: 'community' }),
      randomUUID(),
      '..',
      good,
    ];
    expect(await run(stage, 'producer', 'createImageMembers', { imageIds, memberIds: [consumerA, 'a/b'] })).toEqual([
      'ADD REFUSED IMAGE_NOT_SHARED',
      'ADD REFUSED INVALID_INPUT',
      'ADD REFUSED NOT_FOUND',
      'ADD REFUSED INVALID_INPUT',
      'ADD REFUSED NOT_IMAGE_OWNER',
      'ADD REFUSED INVALID_INPUT',
      'ADD REFUSED IMAGE_NOT_SHARED',
      'ADD REFUSED INVALID_INPUT',
      'ADD REFUSED NOT_FOUND',
      'ADD REFUSED INVALID_INPUT',
      'ADD REFUSED INVALID_INPUT',
      'ADD REFUSED INVALID_INPUT INVALID_INPUT',
      'ADD DONE PENDING',
      'ADD REFUSED INVALID_INPUT',
    ]);
    expect(await list(stage, 'producer', good)).toEqual(['consumerA PENDING']);
  });

  it('reports that an image is full, and which projects are members already', async () => {
    await using stage = await openStage();
    const { consumerA, consumerB } = stage.cloud.projects;
    const imageIds = [await stage.fullImage(), await stage.image()];
    const input = { imageIds, memberIds: [consumerA, consumerB] };
    expect(await run(stage, 'producer', 'createImageMembers', input)).toEqual([
      'ADD UNCHANGED ACCEPTED',
      'ADD REFUSED MEMBER_LIMIT_EXCEEDED',
      'ADD DONE PENDING',
      'ADD DONE PENDING',
    ]);
    expect(await stage.rows(imageIds[0] ?? '')).toHaveLength(stage.cloud.memberQuota);
  });

  it.each(['expired', 'bad', 'nobody'] as const)('fails as a whole with a token that is %s', async (caller) => {
    await using stage = await openStage();
    const imageId = await stage.image();
    const input = { imageIds: [imageId], memberIds: ['x', 'y'] };
    for (const bulk of ['createImageMembers', 'deleteImageMembers'] as const) {
      expect(await run(stage, caller, bulk, input)).toBe('error UNAUTHENTICATED');
    }
    expect(await run(stage, caller, 'setImageMembers', { imageId, memberIds: ['x'] })).toBe('error UNAUTHENTICATED');
    expect(await stage.rows(imageId)).toEqual([]);
  });
});

describe('removing several projects from several images', () => {
  it('removes each project from each image, and reports missing members as unchanged', async () => {
    await using stage = await openStage();
    const { consumerA, consumerB } = stage.cloud.projects;
    const imageIds = [
      await stage.image({ members: { consumerA: 'accepted', stranger: 'rejected' } }),
      await stage.image(),
    ];
    const input = { imageIds, memberIds: [consumerA, consumerB, consumerA] };
    expect(await run(stage, 'producer', 'deleteImageMembers', input)).toEqual([
      'REMOVE DONE',
      'REMOVE UNCHANGED',
      'REMOVE UNCHANGED',
      'REMOVE UNCHANGED',
    ]);
    expect(await list(stage, 'producer', imageIds[0] ?? '')).toEqual(['stranger REJECTED']);
  });

  it.each<{ readonly caller: Caller; readonly code: string }>([
    { caller: 'consumerA', code: 'NOT_IMAGE_OWNER' },
    { caller: 'consumerAReader', code: 'NOT_IMAGE_OWNER' },
    { caller: 'consumerB', code: 'NOT_IMAGE_OWNER' },
    { caller: 'stranger', code: 'NOT_FOUND' },
    { caller: 'unscoped', code: 'NOT_FOUND' },
  ])('is refused to $caller: $code', async ({ caller, code }) => {
    await using stage = await openStage();
    const { consumerA, consumerB } = stage.cloud.projects;
    const imageId = await stage.image({ members: { consumerA: 'accepted', consumerB: 'pending' } });
    const before = await stage.rows(imageId);
    const input = { imageIds: [imageId], memberIds: [consumerA, consumerB] };
    expect(await run(stage, caller, 'deleteImageMembers', input)).toEqual(Array(2).fill(`REMOVE REFUSED ${code}`));
    expect(await stage.rows(imageId)).toEqual(before);
  });
});

describe('setting the members of an image', () => {
  it.each(['producer', 'admin'] as const)('adds, keeps and removes members as %s', async (caller) => {
    await using stage = await openStage();
    const { consumerA, consumerB, stranger } = stage.cloud.projects;
    const imageId = await stage.image({ members: { consumerA: 'accepted', consumerB: 'pending' } });
    const input = { imageId, memberIds: [stranger, consumerA] };
    const before = await stage.rows(imageId);
    expect(await run(stage, caller, 'setImageMembers', { ...input, dryRun: true })).toEqual([
      'ADD PLANNED',
      'KEEP UNCHANGED ACCEPTED',
      'REMOVE PLANNED PENDING',
    ]);
    expect(await stage.rows(imageId)).toEqual(before);
    expect(await run(stage, caller, 'setImageMembers', input)).toEqual([
      'ADD DONE PENDING',
      'KEEP UNCHANGED ACCEPTED',
      'REMOVE DONE',
    ]);
    expect(await list(stage, 'producer', imageId)).toEqual(['consumerA ACCEPTED', 'stranger PENDING']);
    expect(await run(stage, caller, 'setImageMembers', { imageId, memberIds: [consumerB] })).toEqual([
      'ADD DONE PENDING',
      'REMOVE DONE',
      'REMOVE DONE',
    ]);
    expect(await run(stage, caller, 'setImageMembers', { imageId, memberIds: [] })).toEqual(['REMOVE DONE']);
    expect(await stage.rows(imageId)).toEqual([]);
  });

  it('is allowed or refused to a reader of the owning project, depending on the policy', async () => {
    await using stage = await openStage();
    const { consumerA, stranger } = stage.cloud.projects;
    const imageId = await stage.image({ members: { consumerA: 'accepted', consumerB: 'pending' } });
    const input = { imageId, memberIds: [stranger, consumerA] };
    const isSecure = stage.cloud.policy === 'secure';
    expect(await run(stage, 'producerReader', 'setImageMembers', input)).toEqual([
      isSecure ? 'ADD REFUSED NOT_IMAGE_OWNER' : 'ADD DONE PENDING',
      'KEEP UNCHANGED ACCEPTED',
      isSecure ? 'REMOVE REFUSED NOT_IMAGE_OWNER' : 'REMOVE DONE',
    ]);
    expect(await list(stage, 'producer', imageId)).toEqual([
      'consumerA ACCEPTED',
      isSecure ? 'consumerB PENDING' : 'stranger PENDING',
    ]);
  });

  it.each<{ readonly caller: Caller; readonly alone: boolean; readonly hidden: boolean; readonly code: string }>([
    { caller: 'consumerA', alone: false, hidden: false, code: 'NOT_IMAGE_OWNER' },
    { caller: 'consumerA', alone: true, hidden: false, code: 'NOT_IMAGE_OWNER' },
    { caller: 'consumerA', alone: true, hidden: true, code: 'NOT_IMAGE_OWNER' },
    { caller: 'consumerAReader', alone: true, hidden: false, code: 'NOT_IMAGE_OWNER' },
    { caller: 'stranger', alone: true, hidden: false, code: 'NOT_FOUND' },
    { caller: 'unscoped', alone: true, hidden: false, code: 'NOT_FOUND' },
  ])(
    'is refused for $caller: $code (only member: $alone, hidden image: $hidden)',
    async ({ caller, alone, hidden, code }) => {
      await using stage = await openStage();
      const imageId = await stage.image({
        members: { consumerA: 'accepted', ...(!alone && { consumerB: 'pending' }) },
        attributes: { os_hidden: hidden },
      });
      const before = await stage.rows(imageId);
      const { consumerA } = stage.cloud.projects;
      for (const memberIds of [[], [consumerA], ['x', consumerA]]) {
        expect(await run(stage, caller, 'setImageMembers', { imageId, memberIds })).toBe(code);
      }
      expect(await stage.rows(imageId)).toEqual(before);
    },
  );

  it.each(['private', 'community', 'public'] as const)('is refused for a %s image', async (visibility) => {
    await using stage = await openStage();
    const imageId = await stage.image({ members: { consumerA: 'accepted' }, visibility });
    expect(await run(stage, 'producer', 'setImageMembers', { imageId, memberIds: [] })).toBe('IMAGE_NOT_SHARED');
    await stage.change(imageId, { visibility: 'shared' });
    expect(await list(stage, 'producer', imageId)).toEqual(['consumerA ACCEPTED']);
  });

  it('is refused as a whole for invalid ids, before any call', async () => {
    await using stage = await openStage();
    const { consumerA } = stage.cloud.projects;
    const imageId = await stage.image({ members: { consumerA: 'accepted' } });
    const refused = { imageId, memberIds: [consumerA, 'x', '..'] };
    expect(await run(stage, 'producer', 'setImageMembers', refused)).toBe('INVALID_INPUT');
    expect(stage.calls).toEqual([]);
    expect(await run(stage, 'producer', 'setImageMembers', { imageId: 'a/b', memberIds: [] })).toBe('INVALID_INPUT');
    expect(stage.calls).toEqual([]);
  });
});
