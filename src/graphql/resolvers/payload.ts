import type { GraphQLResolveInfo } from 'graphql';
import type { Image, ImageMember } from '../../upstream/model.ts';
import type { GatewayContext } from '../context.ts';
import type { UserError } from '../generated.ts';
import { resolveImage } from './resolve-image.ts';

/** What all mutations answer, before their `image` is looked up. */
interface Payload {
  /** Null where the id of the input can be no id. */
  readonly imageId: string | null;
  readonly userErrors: readonly UserError[];
}

/** The answer of a mutation that leaves a member behind. */
export interface MemberPayload extends Payload {
  readonly imageMember: ImageMember | null;
}

/** The answer of a mutation that removes a member. */
export interface DeletePayload extends Payload {
  readonly deletedImageMemberId: string | null;
}

/** The `image` of a payload, selected after the write: the world as it is then. */
export async function payloadImage(
  { imageId, userErrors }: Payload,
  _args: unknown,
  context: GatewayContext,
  info: GraphQLResolveInfo,
): Promise<Image | null> {
  if (imageId === null) return null;
  return userErrors.length === 0 ? resolveImage(imageId, context, info) : context.loaders.image(imageId);
}
