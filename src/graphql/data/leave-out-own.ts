import type { ImagesClient } from '../../upstream/images-client.ts';
import type { ImageAttributes, MemberStatus } from '../../upstream/model.ts';
import type { Loaders } from './loaders.ts';
import { findOwn } from './own-statuses.ts';
import type { Ownership } from './ownership.ts';

/**
 * Removes the caller's own images from images that upstream listed as shared with it in this status.
 *
 * @param ownership what is known already; what is found out is recorded there.
 */
export async function leaveOutOwnImages(
  { client, loaders }: { readonly client: ImagesClient; readonly loaders: Loaders },
  images: readonly ImageAttributes[],
  status: MemberStatus | 'ALL',
  ownership?: Ownership,
): Promise<ImageAttributes[]> {
  const isOwn = new Map(images.map((image) => [image, ownership?.isOwn(image)]));
  const others = images.filter((image) => isOwn.get(image) !== true);
  if (status !== 'ALL') {
    const unknown = others.filter((image) => isOwn.get(image) === undefined);
    const own = await findOwn(client, unknown, status);
    for (const image of others) loaders.primeOwnStatus(image, own.has(image) ? null : status);
  }
  const statuses = await Promise.all(others.map((image) => loaders.ownStatus(image)));
  others.forEach((image, index) => {
    if (isOwn.get(image) === undefined) ownership?.learn(image, statuses[index] === null);
  });
  return others.filter((_image, index) => statuses[index] !== null);
}
