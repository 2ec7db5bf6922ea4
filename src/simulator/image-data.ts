import { type Call, isAdmin, isMutable } from './call.ts';
import { ApiError, badRequest, forbidden, unsupportedMediaType } from './errors.ts';
import { requireMutable, requireVisibleImage, tellOfImage } from './images.ts';
import { noContent, type Reply } from './reply.ts';
import type { Image, ImageStatus } from './world.ts';

function missingFormats(image: Image): string[] {
  const formats = { disk_format: image.diskFormat, container_format: image.containerFormat };
  return Object.entries(formats)
    .filter(([, value]) => value === null)
    .map(([name]) => name);
}

/**
 * PUT /v2/images/{image_id}/file. The bytes are counted and hashed as Glance does (md5, sha512), then dropped.
 * The only call besides PATCH that checks Content-Type. Observed on Glance 25.1.
 */
export function uploadImage(call: Call, imageId: string): Reply {
  const contentType = call.contentType?.split(';', 1)[0]?.trim();
  if (contentType !== 'application/octet-stream') throw unsupportedMediaType(contentType ?? 'text/plain');
  const image = requireVisibleImage(call, imageId);
  if (!isMutable(call.caller, image)) throw forbidden(`Not allowed to upload image data for image ${imageId}`);
  const missing = missingFormats(image);
  if (missing.length > 0) {
    const names = `Propert${missing.length > 1 ? 'ies' : 'y'} ${missing.join(', ')}`;
    throw badRequest(`${names} must be set prior to saving data.`);
  }
  if (image.status !== 'queued') {
    throw new ApiError(409, `Image status transition from ${image.status} to saving is not allowed`);
  }
  image.status = 'active';
  image.size = call.body.size;
  image.virtualSize = image.diskFormat === 'raw' && call.body.size > 0 ? call.body.size : null;
  image.checksum = call.body.md5;
  image.osHashAlgo = 'sha512';
  image.osHashValue = call.body.sha512;
  image.updatedAt = call.world.tick();
  tellOfImage(call, 'activate', image);
  return noContent;
}

/**
 * GET /v2/images/{image_id}/file. Permissions are those of Glance. Bytes are never kept, so a permitted download is
 * answered as for an image without data.
 */
export function downloadImage(call: Call, imageId: string): Reply {
  const image = requireVisibleImage(call, imageId);
  if (image.status === 'deactivated' && !isAdmin(call.caller)) {
    throw forbidden('The requested image has been deactivated. Image data download is forbidden.');
  }
  return { status: 204, headers: [], body: '' };
}

function changeStatus(call: Call, imageId: string, verb: string, from: ImageStatus, to: ImageStatus): Reply {
  const image = requireVisibleImage(call, imageId);
  requireMutable(call, image);
  if (image.status !== from && image.status !== to) {
    throw forbidden(`Not allowed to ${verb} image in status '${image.status}'`);
  }
  if (image.status === from) {
    image.status = to;
    image.updatedAt = call.world.tick();
  }
  return noContent;
}

/** POST /v2/images/{image_id}/actions/deactivate: forbids downloads, except for admin. Members do not change. */
export function deactivateImage(call: Call, imageId: string): Reply {
  return changeStatus(call, imageId, 'deactivate', 'active', 'deactivated');
}

/** POST /v2/images/{image_id}/actions/reactivate. */
export function reactivateImage(call: Call, imageId: string): Reply {
  return changeStatus(call, imageId, 'reactivate', 'deactivated', 'active');
}
