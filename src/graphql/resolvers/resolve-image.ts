import type { GraphQLResolveInfo } from 'graphql';
import type { Image } from '../../upstream/model.ts';
import type { GatewayContext } from '../context.ts';
import { needsMoreThan } from '../selection.ts';

/**
 * Resolves an image that is known to exist. Reads it only if the query selects more than its key.
 */
export function resolveImage(
  imageId: string,
  context: GatewayContext,
  info: GraphQLResolveInfo,
): Promise<Image | null> | Image {
  if (!needsMoreThan('imageKey', info)) return { id: imageId };
  return context.loaders.image(imageId);
}
