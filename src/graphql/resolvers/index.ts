import type { Resolvers } from '../generated.ts';
import { image, imageQueries } from './image.ts';
import { imageMember, imageMemberMutations, imageMemberQueries } from './image-member.ts';
import { imageMembersMutations } from './image-members.ts';
import { payloadImage } from './payload.ts';
import { project } from './project.ts';
import { imageMemberEvent, imageMembersChanged, subscriptions } from './subscription.ts';
import { imageMutations } from './update-image.ts';
import { viewer, viewerQueries } from './viewer.ts';

/** All resolvers. A field without one is read from its parent: the models have the schema's shape. */
export const resolvers: Resolvers = {
  Query: { ...imageQueries, ...imageMemberQueries, ...viewerQueries },
  Mutation: { ...imageMutations, ...imageMemberMutations, ...imageMembersMutations },
  Subscription: subscriptions,
  Image: image,
  ImageMember: imageMember,
  ImageMemberEvent: imageMemberEvent,
  ImageMembersChanged: imageMembersChanged,
  Project: project,
  Viewer: viewer,
  CreateImageMemberPayload: { image: payloadImage },
  DeleteImageMemberPayload: { image: payloadImage },
  ImageChange: { image: payloadImage },
  UpdateImagePayload: { image: payloadImage },
  UpdateMemberStatusPayload: { image: payloadImage },
};
