import { describe, expect, it } from 'vitest';
import { followInbox, followMembers, nextAbout, nextOf } from './live.ts';
import { openStage } from './stage.ts';

const environment = { SUBSCRIPTION_POLL_INTERVAL_MS: '300' };

describe.each(['sse', 'websocket', 'multipart'] as const)('by polling, over %s', (transport) => {
  it('an owner sees a consumer come, accept and go', async () => {
    await using stage = await openStage({ environment });
    const { consumerA } = stage.cloud.projects;
    const imageId = await stage.image();
    await using owner = stage.subscribe(transport, 'producer', followMembers(imageId));
    expect(await nextOf(owner)).toEqual({ image: { id: imageId, members: [] }, changes: [] });
    await stage.share(imageId, consumerA);
    expect(await nextOf(owner)).toEqual({
      image: { id: imageId, members: [{ memberId: consumerA, status: 'PENDING' }] },
      changes: [{ action: 'ADDED', memberId: consumerA }],
    });
    await stage.decide(imageId, 'consumerA', 'accepted');
    expect(await nextOf(owner)).toEqual({
      image: { id: imageId, members: [{ memberId: consumerA, status: 'ACCEPTED' }] },
      changes: [{ action: 'UPDATED', memberId: consumerA }],
    });
    await stage.unshare(imageId, consumerA);
    expect(await nextOf(owner)).toMatchObject({
      image: { members: [] },
      changes: [{ action: 'REMOVED', memberId: consumerA }],
    });
  });

  it('a consumer sees images come into its inbox and leave it', async () => {
    await using stage = await openStage({ environment });
    const imageId = await stage.image();
    await using inbox = stage.subscribe(transport, 'consumerA', followInbox);
    await nextOf(inbox);
    await stage.share(imageId, stage.cloud.projects.consumerA);
    expect(await nextAbout(inbox, imageId)).toEqual({ action: 'ADDED', listed: true });
    await stage.decide(imageId, 'consumerA', 'rejected');
    expect(await nextAbout(inbox, imageId)).toEqual({ action: 'UPDATED', listed: false });
    await stage.decide(imageId, 'consumerA', 'pending');
    expect(await nextAbout(inbox, imageId)).toEqual({ action: 'UPDATED', listed: true });
    await stage.change(imageId, { visibility: 'private' });
    expect(await nextAbout(inbox, imageId)).toEqual({ action: 'REMOVED', listed: false });
  });

  it.each(['made private', 'deleted'] as const)(
    'who watches an image that is %s is told so, and it ends',
    async (what) => {
      await using stage = await openStage({ environment });
      const imageId = await stage.image({ members: { consumerA: 'accepted' } });
      await using consumer = stage.subscribe(transport, 'consumerA', followMembers(imageId));
      expect(await nextOf(consumer)).toMatchObject({ image: { id: imageId } });
      if (what === 'deleted') await stage.delete(imageId);
      else await stage.change(imageId, { visibility: 'private' });
      expect(await nextOf(consumer)).toEqual({
        image: null,
        changes: [{ action: 'REMOVED', memberId: stage.cloud.projects.consumerA }],
      });
      expect(await consumer.next()).toBeNull();
    },
  );
});

it('a stranger is told nothing of an image that it cannot see', async () => {
  await using stage = await openStage({ environment });
  const imageId = await stage.image({ members: { consumerA: 'pending' } });
  await using stranger = stage.subscribe('sse', 'stranger', followMembers(imageId));
  expect(await nextOf(stranger)).toBeNull();
  expect(await stranger.next()).toBeNull();
});

it.each(['bad', 'expired'] as const)('a %s token is refused', async (caller) => {
  await using stage = await openStage({ environment });
  const imageId = await stage.image();
  await using subscription = stage.subscribe('sse', caller, followMembers(imageId));
  expect(await subscription.next()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  expect(await subscription.next()).toBeNull();
});
