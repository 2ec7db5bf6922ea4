import type { Resolvers } from '../generated.ts';
import { image, imageQueries } from './image.ts';
import { imageMember, imageMemberMutations, imageMemberQueries } from './image-member.ts';
import { imageMembersMutations } from './image-members.ts';
import { myMembership } from './my-membership.ts';
import { payloadImage } from './payload.ts';

/** All resolvers. A field without one is a property of its parent: models have the schema's shape. */
export const resolvers: Resolvers = {
  Query: { ...imageQueries, ...imageMemberQueries },
  Mutation: { ...imageMemberMutations, ...imageMembersMutations },
  Image: image,
  ImageMember: imageMember,
  MyMembership: myMembership,
  CreateImageMemberPayload: { image: payloadImage },
  DeleteImageMemberPayload: { image: payloadImage },
  UpdateMemberStatusPayload: { image: payloadImage },
};
