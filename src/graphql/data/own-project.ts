import { UpstreamError } from '../../errors.ts';
import type { Project } from '../../identity/model.ts';
import type { ImagesClient } from '../../upstream/images-client.ts';

/** Number of private images that are examined. */
const maxImages = 20;

/**
 * Infers the project of a token from the Images API. An ordinary caller sees only its own private images, so their
 * owner is its project. An administrator sees everyone's, and is recognised by that, or by access to Glance's tasks.
 * Null if there is no private image, for administrators, and for a token without a project.
 */
export async function findOwnProject(client: ImagesClient): Promise<Project | null> {
  try {
    const { rows } = await client.listImages({ visibility: 'PRIVATE', limit: maxImages });
    const owners = new Set(rows.map(({ image }) => (image instanceof UpstreamError ? null : image.owner?.id)));
    const [owner] = owners;
    // An image that could not be parsed may have any owner.
    if (owner === undefined || owner === null || owners.size > 1) return null;
    return (await client.isRefusedTasks()) ? { id: owner } : null;
  } catch (error) {
    // A Glance that enforces scopes refuses the list to a token without a project.
    if (error instanceof UpstreamError && error.status === 403) return null;
    throw error;
  }
}
