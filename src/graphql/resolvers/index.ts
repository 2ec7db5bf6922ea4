import type { Resolvers } from '../generated.ts';
import { image, imageQueries } from './image.ts';
import { imageMember, imageMemberMutations, imageMemberQueries } from './image-member.ts';
import { payloadImage } from './payload.ts';

/** All resolvers. A field without one is a property of its parent: models have the schema's shape. */
export const resolvers: Resolvers = {
  Query: { ...imageQueries, ...imageMemberQueries },
  Mutation: imageMemberMutations,
  Image: image,
  ImageMember: imageMember,
  CreateImageMemberPayload: { image: payloadImage },
  DeleteImageMemberPayload: { image: payloadImage },
  UpdateMemberStatusPayload: { image: payloadImage },
};
