import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Caller } from './cloud.ts';
import { create, list, look, remove, show, update } from './operations.ts';
import { type NewImage, openStage, type Stage } from './stage.ts';

const newcomer = '0123456789abcdef0123456789abcdef';
const notShared = 'IMAGE_NOT_SHARED input.imageId';

describe.each<{ readonly kind: string; readonly image: NewImage }>([
  { kind: 'a queued image', image: { status: 'queued' } },
  { kind: 'an active image', image: { status: 'active' } },
  { kind: 'a deactivated image', image: { status: 'deactivated' } },
  { kind: 'a hidden image', image: { attributes: { os_hidden: true } } },
  { kind: 'a protected image', image: { attributes: { protected: true } } },
])('sharing $kind', ({ image }) => {
  it('works like any other image: shared, accepted, read and removed', async () => {
    await using stage = await openStage();
    const { consumerA } = stage.cloud.projects;
    const imageId = await stage.image(image);
    expect(await create(stage, 'producer', imageId, consumerA)).toBe('PENDING');
    expect(await update(stage, 'consumerA', imageId, consumerA, 'ACCEPTED')).toBe('ACCEPTED');
    expect(await show(stage, 'consumerA', imageId, consumerA)).toBe('ACCEPTED');
    expect(await look(stage, 'consumerA', imageId)).toBe('SHARED');
    expect(await list(stage, 'producer', imageId)).toEqual(['consumerA ACCEPTED']);
    expect(await remove(stage, 'producer', imageId, consumerA)).toBe('removed');
    expect(await look(stage, 'consumerA', imageId)).toBeNull();
  });
});

/** The results for each caller on an image that was shared with consumerA and consumerB and no longer is. */
interface Withdrawn {
  readonly share: string;
  readonly accept: string;
  readonly remove: string;
  readonly list: readonly string[] | null;
  readonly look: string | null;
}

const open = (visibility: string): Withdrawn => ({
  share: notShared,
  accept: notShared,
  remove: notShared,
  list: [],
  look: visibility,
});
const gone: Withdrawn = {
  share: 'NOT_FOUND input.imageId',
  accept: 'NOT_FOUND -',
  remove: 'NOT_FOUND -',
  list: null,
  look: null,
};

describe.each<{
  readonly visibility: 'private' | 'community' | 'public';
  readonly caller: Caller;
  readonly gets: Withdrawn;
}>([
  { visibility: 'private', caller: 'producer', gets: open('PRIVATE') },
  { visibility: 'private', caller: 'admin', gets: open('PRIVATE') },
  { visibility: 'private', caller: 'consumerA', gets: gone },
  { visibility: 'private', caller: 'stranger', gets: gone },
  { visibility: 'community', caller: 'producer', gets: open('COMMUNITY') },
  { visibility: 'community', caller: 'admin', gets: open('COMMUNITY') },
  { visibility: 'community', caller: 'consumerA', gets: open('COMMUNITY') },
  { visibility: 'community', caller: 'stranger', gets: open('COMMUNITY') },
  { visibility: 'public', caller: 'producer', gets: open('PUBLIC') },
  { visibility: 'public', caller: 'admin', gets: open('PUBLIC') },
  { visibility: 'public', caller: 'consumerA', gets: open('PUBLIC') },
  { visibility: 'public', caller: 'stranger', gets: open('PUBLIC') },
])('an image that became $visibility after it was shared, for $caller', ({ visibility, caller, gets }) => {
  it('shows no members and refuses writes, and regains its members once it is shared again', async () => {
    await using stage = await openStage();
    const { consumerA, consumerB } = stage.cloud.projects;
    const imageId = await stage.image({ members: { consumerA: 'accepted', consumerB: 'pending' } });
    const before = await stage.rows(imageId);
    await stage.change(imageId, { visibility });
    expect(await look(stage, caller, imageId)).toBe(gets.look);
    expect(await list(stage, caller, imageId)).toEqual(gets.list);
    expect(await show(stage, caller, imageId, consumerA)).toBeNull();
    expect(await create(stage, caller, imageId, newcomer)).toBe(gets.share);
    expect(await update(stage, caller, imageId, consumerA, 'REJECTED')).toBe(gets.accept);
    expect(await remove(stage, caller, imageId, consumerA)).toBe(gets.remove);
    expect(await remove(stage, caller, imageId, consumerB)).toBe(gets.remove);
    await stage.change(imageId, { visibility: 'shared' });
    expect(await stage.rows(imageId)).toEqual(before);
    expect(await list(stage, 'producer', imageId)).toEqual(['consumerA ACCEPTED', 'consumerB PENDING']);
    expect(await show(stage, 'consumerA', imageId, consumerA)).toBe('ACCEPTED');
  });
});

describe('a nonexistent image', () => {
  const nowhere: readonly { readonly kind: string; readonly find: (stage: Stage) => Promise<string> }[] = [
    { kind: 'an unknown image', find: async () => randomUUID() },
    { kind: 'a deleted image', find: deleted },
    { kind: 'an id that is not a UUID', find: async () => 'no such image' },
    { kind: 'an id without dashes', find: async (stage) => (await stage.image()).replaceAll('-', '') },
    { kind: 'an id with a trailing space', find: async (stage) => `${await stage.image()} ` },
  ];

  it.each(nowhere)('is null, and NOT_FOUND for writes, even for an administrator: $kind', async ({ find }) => {
    await using stage = await openStage();
    const { consumerA } = stage.cloud.projects;
    const imageId = await find(stage);
    for (const caller of ['producer', 'consumerA', 'admin'] as const) {
      expect(await look(stage, caller, imageId)).toBeNull();
      expect(await show(stage, caller, imageId, consumerA)).toBeNull();
      expect(await create(stage, caller, imageId, consumerA)).toBe('NOT_FOUND input.imageId');
      expect(await update(stage, caller, imageId, consumerA, 'ACCEPTED')).toBe('NOT_FOUND -');
      expect(await remove(stage, caller, imageId, consumerA)).toBe('NOT_FOUND -');
    }
  });
});

async function deleted(stage: Stage): Promise<string> {
  const imageId = await stage.image({ members: { consumerA: 'accepted' } });
  await stage.delete(imageId);
  return imageId;
}

describe('an existing member', () => {
  it.each(['pending', 'accepted', 'rejected'] as const)('is not added again if it is %s', async (status) => {
    await using stage = await openStage();
    const { consumerA } = stage.cloud.projects;
    const imageId = await stage.image({ members: { consumerA: status } });
    const before = await stage.rows(imageId);
    const expected = `ALREADY_MEMBER input.memberId: ${status.toUpperCase()}`;
    expect(await create(stage, 'producer', imageId, consumerA)).toBe(expected);
    expect(await create(stage, 'admin', imageId, consumerA)).toBe(expected);
    expect(await stage.rows(imageId)).toEqual(before);
  });

  it('fails the second of two creates in one operation', async () => {
    await using stage = await openStage();
    const imageId = await stage.image();
    const document = `mutation ($input: CreateImageMemberInput!) {
      first: createImageMember(input: $input) { imageMember { status } userErrors { code } }
      second: createImageMember(input: $input) { imageMember { status } userErrors { code } }
    }`;
    const input = { imageId, memberId: stage.cloud.projects.consumerA };
    const imageMember = { status: 'PENDING' };
    expect(await stage.ask('producer', document, { input })).toEqual({
      data: {
        first: { imageMember, userErrors: [] },
        second: { imageMember, userErrors: [{ code: 'ALREADY_MEMBER' }] },
      },
      errors: [],
    });
  });
});

describe('a nonexistent member', () => {
  it.each(['producer', 'admin'] as const)('cannot be removed by %s, or a second time', async (caller) => {
    await using stage = await openStage();
    const { consumerA } = stage.cloud.projects;
    const imageId = await stage.image({ members: { consumerB: 'accepted' } });
    const before = await stage.rows(imageId);
    expect(await remove(stage, caller, imageId, consumerA)).toBe('NOT_FOUND -');
    expect(await stage.rows(imageId)).toEqual(before);
    await stage.share(imageId, consumerA);
    expect(await remove(stage, caller, imageId, consumerA)).toBe('removed');
    expect(await remove(stage, caller, imageId, consumerA)).toBe('NOT_FOUND -');
    expect(await stage.rows(imageId)).toEqual(before);
  });

  it.each<{ readonly caller: Caller; readonly gets: string; readonly secure?: string }>([
    { caller: 'producer', gets: 'NOT_IMAGE_MEMBER input.memberId', secure: 'NOT_FOUND -' },
    { caller: 'admin', gets: 'NOT_FOUND -' },
    { caller: 'consumerB', gets: 'NOT_FOUND -' },
    { caller: 'consumerA', gets: 'NOT_FOUND -' },
  ])('cannot be accepted by $caller: $gets', async ({ caller, gets, secure = gets }) => {
    await using stage = await openStage();
    const imageId = await stage.image({ members: { consumerB: 'accepted' } });
    const before = await stage.rows(imageId);
    const expected = stage.cloud.policy === 'secure' ? secure : gets;
    expect(await update(stage, caller, imageId, stage.cloud.projects.consumerA, 'ACCEPTED')).toBe(expected);
    expect(await stage.rows(imageId)).toEqual(before);
  });

  it('is null to the owner of an image without members', async () => {
    await using stage = await openStage();
    const imageId = await stage.image();
    expect(await list(stage, 'producer', imageId)).toEqual([]);
    expect(await show(stage, 'producer', imageId, stage.cloud.projects.consumerA)).toBeNull();
  });
});

describe('joining and leaving', () => {
  it('a stranger cannot add itself as a member', async () => {
    await using stage = await openStage();
    const { stranger } = stage.cloud.projects;
    const imageId = await stage.image();
    expect(await create(stage, 'stranger', imageId, stranger)).toBe('NOT_FOUND input.imageId');
    expect(await update(stage, 'stranger', imageId, stranger, 'ACCEPTED')).toBe('NOT_FOUND -');
    expect(await stage.rows(imageId)).toEqual([]);
  });

  it.each(['pending', 'accepted', 'rejected'] as const)('a %s member cannot leave, only reject', async (status) => {
    await using stage = await openStage();
    const { consumerA } = stage.cloud.projects;
    const imageId = await stage.image({ members: { consumerA: status } });
    const before = await stage.rows(imageId);
    expect(await remove(stage, 'consumerA', imageId, consumerA)).toBe('NOT_IMAGE_OWNER input.imageId');
    expect(await stage.rows(imageId)).toEqual(before);
    expect(await update(stage, 'consumerA', imageId, consumerA, 'REJECTED')).toBe('REJECTED');
  });

  it('a member cannot add itself again, or anyone else', async () => {
    await using stage = await openStage();
    const { consumerA, stranger } = stage.cloud.projects;
    const imageId = await stage.image({ members: { consumerA: 'accepted' } });
    for (const memberId of [consumerA, stranger]) {
      expect(await create(stage, 'consumerA', imageId, memberId)).toBe('NOT_IMAGE_OWNER input.imageId');
    }
    expect(await list(stage, 'producer', imageId)).toEqual(['consumerA ACCEPTED']);
  });

  it('the owner can be a member of its own image, but cannot accept', async () => {
    await using stage = await openStage();
    const { producer } = stage.cloud.projects;
    const imageId = await stage.image();
    expect(await create(stage, 'producer', imageId, producer)).toBe('PENDING');
    expect(await update(stage, 'producer', imageId, producer, 'ACCEPTED')).toBe('NOT_IMAGE_MEMBER input.memberId');
    expect(await list(stage, 'producer', imageId)).toEqual(['producer PENDING']);
    expect(await remove(stage, 'producer', imageId, producer)).toBe('removed');
  });
});

describe('an image with as many members as the cloud allows', () => {
  it('refuses new members, keeps existing ones, and accepts one again after a removal', async () => {
    await using stage = await openStage();
    const { consumerA, consumerB } = stage.cloud.projects;
    const imageId = await stage.fullImage();
    const before = await stage.rows(imageId);
    expect(before).toHaveLength(stage.cloud.memberQuota);
    expect(await create(stage, 'producer', imageId, newcomer)).toBe('MEMBER_LIMIT_EXCEEDED input.imageId');
    expect(await create(stage, 'admin', imageId, newcomer)).toBe('MEMBER_LIMIT_EXCEEDED input.imageId');
    expect(await create(stage, 'producer', imageId, consumerA)).toBe('ALREADY_MEMBER input.memberId: ACCEPTED');
    expect(await create(stage, 'consumerA', imageId, newcomer)).toBe('NOT_IMAGE_OWNER input.imageId');
    expect(await stage.rows(imageId)).toEqual(before);
    expect(await list(stage, 'producer', imageId)).toHaveLength(stage.cloud.memberQuota);
    expect(await remove(stage, 'producer', imageId, consumerA)).toBe('removed');
    expect(await create(stage, 'producer', imageId, consumerB)).toBe('PENDING');
  });
});

it.each(['accepted', 'Accepted', 'maybe', '', null, 1] as const)(
  'an invalid status, %j, is refused before any call',
  async (status) => {
    await using stage = await openStage();
    const { consumerA } = stage.cloud.projects;
    const imageId = await stage.image({ members: { consumerA: 'pending' } });
    const document = `mutation ($input: UpdateMemberStatusInput!) { updateMemberStatus(input: $input) { userErrors { code } } }`;
    const input = { imageId, memberId: consumerA, status };
    const response = await stage.request('', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-auth-token': stage.cloud.tokens.consumerA ?? '' },
      body: JSON.stringify({ query: document, variables: { input } }),
    });
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
    expect(stage.calls).toEqual([]);
    expect(await list(stage, 'producer', imageId)).toEqual(['consumerA PENDING']);
  },
);
