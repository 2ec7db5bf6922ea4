import { UpstreamError } from '../../errors.ts';
import type { Project } from '../../identity/model.ts';
import type { ImagesClient } from '../../upstream/images-client.ts';

/** How many private images are looked at. */
const maxImages = 20;

/**
 * The project that a token is for, as far as the Images API tells it. An ordinary caller sees no private images but its
 * own, so one of them tells. An administrator sees those of everyone, and is told apart by them, and by what Glance keeps
 * for administrators. Null where there is no private image, for administrators, and for a token without a project.
 */
export async function findOwnProject(client: ImagesClient): Promise<Project | null> {
  try {
    const { rows } = await client.listImages({ visibility: 'PRIVATE', limit: maxImages });
    const owners = new Set(rows.map(({ image }) => (image instanceof UpstreamError ? null : image.owner?.id)));
    const [owner] = owners;
    // An image that cannot be read may be anybody's.
    if (owner === undefined || owner === null || owners.size > 1) return null;
    return (await client.isRefusedTasks()) ? { id: owner } : null;
  } catch (error) {
    // A Glance with scopes lists no images for a token without a project.
    if (error instanceof UpstreamError && error.status === 403) return null;
    throw error;
  }
}
