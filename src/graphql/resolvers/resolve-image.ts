import type { GraphQLResolveInfo } from 'graphql';
import type { Image } from '../../upstream/model.ts';
import type { GatewayContext } from '../context.ts';
import { needsMoreThan } from '../selection.ts';

/**
 * The image with this id, for a place where it is known to exist: looked up only if the query selects something that its
 * key does not tell.
 */
export function resolveImage(
  imageId: string,
  context: GatewayContext,
  info: GraphQLResolveInfo,
): Promise<Image | null> | Image {
  if (!needsMoreThan('imageKey', context.selections, info)) return { id: imageId };
  return context.loaders.image(imageId);
}
