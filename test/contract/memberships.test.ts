import { describe, expect, it } from 'vitest';
import type { Caller } from './cloud.ts';
import { codes, find } from './operations.ts';
import { openStage } from './stage.ts';

const shared = { sharedWithMe: true };

it('a consumer sees its own status in every image of a list', async () => {
  await using stage = await openStage();
  const images = {
    own: await stage.image({ owner: 'consumerA', members: { consumerB: 'accepted' } }),
    pending: await stage.image({ members: { consumerA: 'pending', consumerB: 'accepted' } }),
    accepted: await stage.image({ members: { consumerA: 'accepted' } }),
    rejected: await stage.image({ members: { consumerA: 'rejected' } }),
    public: await stage.image({ visibility: 'public' }),
    community: await stage.image({ members: { consumerA: 'accepted' }, visibility: 'community' }),
    hidden: await stage.image({ members: { consumerA: 'rejected' }, attributes: { os_hidden: true } }),
  };
  const document = `query ($tag: String!, $hidden: Boolean) {
    images(first: 50, filter: { tag: $tag, visibility: ALL, memberStatus: ALL, hidden: $hidden }) {
      nodes { id myMembership { id status member: memberId createdAt } }
    }
  }`;
  const statuses = async (hidden: boolean): Promise<object> => {
    const { data, errors } = await stage.ask('consumerA', document, { tag: stage.tag, hidden });
    expect(errors).toEqual([]);
    const { nodes } = (data as { images: { nodes: { id: string; myMembership: { status: string } | null }[] } }).images;
    const kinds = Object.entries(images);
    return Object.fromEntries(
      nodes.map(({ id, myMembership }) => [kinds.find(([, of]) => of === id)?.[0], myMembership]),
    );
  };
  const member = stage.cloud.projects.consumerA;
  const mine = (status: string) => ({ id: expect.any(String), status, member, createdAt: expect.any(String) });
  expect(await statuses(false)).toEqual({
    own: null,
    pending: mine('PENDING'),
    accepted: mine('ACCEPTED'),
    rejected: mine('REJECTED'),
    public: null,
    community: null,
  });
  expect(await statuses(true)).toEqual({ hidden: mine('REJECTED') });
});

it.each<{ readonly caller: Caller; readonly sees: string | null }>([
  { caller: 'consumerA', sees: 'REJECTED' },
  { caller: 'consumerAReader', sees: 'REJECTED' },
  { caller: 'consumerB', sees: 'PENDING' },
  { caller: 'producer', sees: null },
  { caller: 'producerReader', sees: null },
  { caller: 'admin', sees: null },
])('the membership of $caller in a single image is $sees', async ({ caller, sees }) => {
  await using stage = await openStage();
  const members = { consumerA: 'rejected', consumerB: 'pending' } as const;
  const ids = [await stage.image({ members }), await stage.image({ members, attributes: { os_hidden: true } })];
  for (const id of ids) {
    const { data, errors } = await stage.ask(
      caller,
      `query ($id: ID!) {
        image(id: $id) { myMembership { status } }
        _entities(representations: [{ __typename: "Image", id: $id }]) { ... on Image { myMembership { status } } }
      }`,
      { id },
    );
    const myMembership = sees && { status: sees };
    expect(errors).toEqual([]);
    expect(data).toEqual({ image: { myMembership }, _entities: [{ myMembership }] });
  }
});

describe('the inbox of a consumer', () => {
  it('excludes its own images, and filters by its status', async () => {
    await using stage = await openStage();
    await stage.image({ owner: 'consumerA' });
    await stage.image({ owner: 'consumerA', members: { consumerB: 'pending' } });
    const pending = await stage.image({ members: { consumerA: 'pending' } });
    const accepted = await stage.image({ members: { consumerA: 'accepted' } });
    const rejected = await stage.image({ members: { consumerA: 'rejected' } });
    await stage.image({ visibility: 'public' });
    expect(await find(stage, 'consumerA', { ...shared, memberStatus: 'PENDING' })).toEqual([pending]);
    expect(await find(stage, 'consumerA', shared)).toEqual([accepted]);
    expect(await find(stage, 'consumerA', { ...shared, memberStatus: 'ACCEPTED' })).toEqual([accepted]);
    expect(await find(stage, 'consumerA', { ...shared, memberStatus: 'REJECTED' })).toEqual([rejected]);
    expect(await find(stage, 'consumerA', { ...shared, memberStatus: 'ALL' })).toEqual([rejected, accepted, pending]);
    expect(await find(stage, 'consumerA', { ...shared, visibility: 'SHARED' })).toEqual([accepted]);
    expect(await find(stage, 'producer', { ...shared, memberStatus: 'ALL' })).toEqual([]);
    expect(await find(stage, 'stranger', { ...shared, memberStatus: 'ALL' })).toEqual([]);
  });

  it('includes hidden images if they are requested', async () => {
    await using stage = await openStage();
    const attributes = { os_hidden: true };
    await stage.image({ owner: 'consumerA', attributes });
    const hidden = await stage.image({ members: { consumerA: 'pending' }, attributes });
    for (const memberStatus of ['PENDING', 'ALL']) {
      expect(await find(stage, 'consumerA', { ...shared, memberStatus })).toEqual([]);
      expect(await find(stage, 'consumerA', { ...shared, memberStatus, hidden: true })).toEqual([hidden]);
    }
  });

  it('fills its pages, however many of the caller’s own images are skipped', async () => {
    await using stage = await openStage();
    const offers: string[] = [];
    for (let round = 0; round < 3; round++) {
      offers.unshift(await stage.image({ members: { consumerA: 'pending' } }));
      await stage.image({ owner: 'consumerA' });
      await stage.image({ owner: 'consumerA' });
    }
    const document = `query ($tag: String!, $after: String) {
      images(first: 2, after: $after, filter: { tag: $tag, sharedWithMe: true, memberStatus: PENDING }) {
        nodes { id } pageInfo { hasNextPage endCursor }
      }
    }`;
    const first = await stage.ask('consumerA', document, { tag: stage.tag });
    const endCursor = expect.any(String);
    const nodes = offers.map((id) => ({ id }));
    expect(first.data).toEqual({ images: { nodes: nodes.slice(0, 2), pageInfo: { hasNextPage: true, endCursor } } });
    const { images } = first.data as { images: { pageInfo: { endCursor: string } } };
    const second = await stage.ask('consumerA', document, { tag: stage.tag, after: images.pageInfo.endCursor });
    expect(second.data).toEqual({ images: { nodes: nodes.slice(2), pageInfo: { hasNextPage: false, endCursor } } });
  });

  it.each(['ASC', 'DESC'])('is complete in the order SIZE %s, although own images have no size', async (direction) => {
    await using stage = await openStage();
    for (let count = 0; count < 3; count++) await stage.image({ owner: 'consumerA' });
    const document = `query ($tag: String!) {
      images(first: 1, filter: { tag: $tag, sharedWithMe: true }, orderBy: { field: SIZE, direction: ${direction} }) {
        nodes { id } pageInfo { hasNextPage }
      }
    }`;
    const { data } = await stage.ask('consumerA', document, { tag: stage.tag });
    expect(data).toEqual({ images: { nodes: [], pageInfo: { hasNextPage: false } } });
  });

  it.each(['PUBLIC', 'PRIVATE', 'COMMUNITY', 'ALL'])('contains no image for visibility %s', async (visibility) => {
    await using stage = await openStage();
    const document = `query { images(filter: { sharedWithMe: true, visibility: ${visibility} }) { nodes { id } } }`;
    const answer = await stage.ask('consumerA', document);
    expect(answer.data).toEqual({ images: null });
    expect(codes(answer)).toEqual(['BAD_USER_INPUT']);
    expect(stage.calls).toEqual([]);
  });
});
