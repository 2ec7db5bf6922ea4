import { expect } from 'vitest';
import type { Subscribed } from '../support/subscribe.ts';

/** Follows the members of an image. */
export function followMembers(imageId: string) {
  return {
    query: `subscription ($id: ID!) {
      imageMembersChanged(imageId: $id) { image { id members { memberId status } } changes { action memberId } }
    }`,
    variables: { id: imageId },
  };
}

/** Follows what is shared with the caller and waits for its decision. */
export const followInbox = {
  query: 'subscription { sharedWithMeChanged { images { id } changes { action imageId imageMember { status } } } }',
};

/** The data of the next payload, in its one field. */
export async function nextOf<T>(subscription: Subscribed): Promise<T> {
  const payload = await subscription.next();
  expect(payload?.errors).toBeUndefined();
  return Object.values(payload?.data ?? {})[0] as T;
}

/** What the inbox told of one image, from the next payload that tells of it. */
export async function nextAbout(
  subscription: Subscribed,
  imageId: string,
): Promise<{ action: string; listed: boolean }> {
  for (;;) {
    const { images, changes } = await nextOf<{
      images: { id: string }[];
      changes: { action: string; imageId: string }[];
    }>(subscription);
    const change = changes.find((event) => event.imageId === imageId);
    if (change !== undefined) return { action: change.action, listed: images.some(({ id }) => id === imageId) };
  }
}
