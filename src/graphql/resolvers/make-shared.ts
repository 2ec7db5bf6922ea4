import type { GraphQLResolveInfo } from 'graphql';
import type { ImageAttributes } from '../../upstream/model.ts';
import { foldId } from '../../upstream/same-id.ts';
import type { GatewayContext } from '../context.ts';
import type { ImageMemberOutcome, ImageUserError } from '../generated.ts';
import { renameField, reportFailure } from './bulk-changes.ts';
import { changeImage } from './image-change.ts';
import { imageNotShared, noSuchImage, refuseId } from './refusal.ts';
import { runEach } from './run-each.ts';

/** The result of making one image `SHARED`. */
interface ImageChangeRow {
  readonly imageId: string;
  readonly outcome: ImageMemberOutcome;
  readonly userErrors: readonly ImageUserError[];
}

/** The input fields that user errors point to. */
const fields = { imageId: 'imageIds', visibility: 'makeShared' };

/**
 * Makes the `PRIVATE` ones of these images `SHARED`, and leaves the others unchanged. The changes run one after another:
 * Glance reads and then writes an image in one transaction, and on SQLite two concurrent transactions fail.
 *
 * @returns a row for each image.
 */
export async function makeShared(
  imageIds: readonly string[],
  context: GatewayContext,
  info: GraphQLResolveInfo,
): Promise<ImageChangeRow[]> {
  // Read all of them concurrently before the first write, because every write clears the loaders.
  const images = imageIds.map((imageId) => context.loaders.image(imageId));
  await Promise.allSettled(images);
  return runEach(imageIds, 1, foldId, async (imageId, index) => {
    try {
      const image = (await images[index]) ?? null;
      const { outcome, userErrors } = await makeOneShared(imageId, image, context);
      return { imageId, outcome, userErrors: userErrors.map((error) => renameField(error, fields)) };
    } catch (error) {
      return { imageId, outcome: reportFailure(error, context, info, ['imageChanges', index]), userErrors: [] };
    }
  });
}

async function makeOneShared(
  imageId: string,
  image: ImageAttributes | null,
  context: GatewayContext,
): Promise<Omit<ImageChangeRow, 'imageId'>> {
  const unusable = refuseId('imageId', imageId);
  if (unusable.length > 0) return { outcome: 'REFUSED', userErrors: unusable };
  if (image === null) return { outcome: 'REFUSED', userErrors: [noSuchImage({ imageId })] };
  if (image.visibility === 'SHARED') return { outcome: 'UNCHANGED', userErrors: [] };
  if (image.visibility !== 'PRIVATE') return { outcome: 'REFUSED', userErrors: [imageNotShared(image)] };
  const { userErrors } = await changeImage(imageId, { visibility: 'SHARED' }, context);
  return { outcome: userErrors.length > 0 ? 'REFUSED' : 'DONE', userErrors };
}
