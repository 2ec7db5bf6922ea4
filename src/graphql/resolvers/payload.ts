import type { GraphQLResolveInfo } from 'graphql';
import type { Image } from '../../upstream/model.ts';
import type { GatewayContext } from '../context.ts';
import type { Payload } from '../models.ts';
import { resolveImage } from './resolve-image.ts';

/** The `image` of a payload, read after the write. */
export async function payloadImage(
  { imageId, userErrors }: Payload,
  _args: unknown,
  context: GatewayContext,
  info: GraphQLResolveInfo,
): Promise<Image | null> {
  if (imageId === null) return null;
  return userErrors.length === 0 ? resolveImage(imageId, context, info) : context.loaders.image(imageId);
}
