import { GatewayError } from '../../errors.ts';
import type { Change, View } from '../../live/view.ts';
import type { GatewayContext } from '../context.ts';
import type {
  ImageMemberEventResolvers,
  ImageMembersChangedResolvers,
  SubscriptionImageMembersChangedArgs,
  SubscriptionResolvers,
  SubscriptionSharedWithMeChangedArgs,
} from '../generated.ts';
import { checkIds } from '../ids.ts';
import { toImageMemberId } from '../member-id.ts';
import type { ImageMembersChangedModel, SharedWithMeChangedModel } from '../models.ts';
import { createInboxView, type InboxState, toInboxEvents } from './inbox-view.ts';
import { createMemberView, type MembersState, toMemberEvents } from './member-view.ts';
import { resolveImage } from './resolve-image.ts';

/**
 * Each field subscribes to the changes of a view. A payload is made of a change with a context of its own, which knows
 * what was just read.
 */
export const subscriptions: SubscriptionResolvers = {
  imageMembersChanged: {
    subscribe(_root: unknown, { imageId }: SubscriptionImageMembersChangedArgs, context: GatewayContext) {
      checkIds({ imageId });
      return untilGone(follow(createMemberView(imageId), context));
    },
    resolve: (root: unknown, { imageId }: SubscriptionImageMembersChangedArgs, context: GatewayContext) =>
      showMembers(imageId, root as Change<MembersState>, context),
  },

  sharedWithMeChanged: {
    subscribe(_root: unknown, { memberStatus }: SubscriptionSharedWithMeChangedArgs, context: GatewayContext) {
      return follow(createInboxView(memberStatus ?? 'PENDING', context.budget.limits.subscriptionMaxImages), context);
    },
    resolve: (root: unknown, _args: unknown, context: GatewayContext) => showInbox(root as Change<InboxState>, context),
  },
};

export const imageMembersChanged: ImageMembersChangedResolvers = {
  image: ({ imageId }, _args, context, info) => (imageId === null ? null : resolveImage(imageId, context, info)),
};

export const imageMemberEvent: ImageMemberEventResolvers = {
  imageMember({ action, row, imageId, memberId }, _args, context) {
    if (action === 'REMOVED') return null;
    return row ?? context.loaders.member({ imageId, memberId });
  },
  deletedImageMemberId: ({ action, imageId, memberId }) =>
    action === 'REMOVED' ? toImageMemberId({ imageId, memberId }) : null,
};

function follow<State>(view: View<GatewayContext, State>, { watch }: GatewayContext): AsyncGenerator<Change<State>> {
  if (watch === undefined) throw new GatewayError('BAD_REQUEST', 'Nothing can be subscribed to here.');
  return watch(view);
}

/** Completes after the payload for an image that the token can no longer see; clients may subscribe again later. */
async function* untilGone(changes: AsyncGenerator<Change<MembersState>>): AsyncGenerator<Change<MembersState>> {
  for await (const change of changes) {
    yield change;
    if (change.now.members === null) return;
  }
}

function showMembers(
  imageId: string,
  { before, now }: Change<MembersState>,
  { loaders }: GatewayContext,
): ImageMembersChangedModel | null {
  const changes = toMemberEvents(imageId, before, now);
  if (now.members === null) return before && { imageId: null, changes };
  loaders.primeMemberList(imageId, now.members);
  return { imageId, changes };
}

function showInbox({ before, now }: Change<InboxState>, { loaders }: GatewayContext): SharedWithMeChangedModel {
  loaders.primeImages(now.images);
  for (const image of now.images) loaders.primeOwnStatus(image, now.statuses.get(image.id) ?? null);
  return { images: now.images, changes: toInboxEvents(before, now) };
}
