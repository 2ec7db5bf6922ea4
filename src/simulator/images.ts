import { type Call, findImage, hasFourByteCharacters, isAdmin, isMutable, requireJson } from './call.ts';
import { ApiError, badRequest, forbidden, notFound } from './errors.ts';
import { checkNewImage, checkNotNegative } from './image-body.ts';
import { setAttribute } from './image-changes.ts';
import { showImage } from './image-view.ts';
import type { Json } from './json.ts';
import { jsonReply, noContent, type Reply } from './reply.ts';
import type { Image } from './world.ts';

const tagQuota = 128;

/** The image. Throws 404 with the wording of most image calls. */
export function requireVisibleImage(call: Call, imageId: string): Image {
  const image = findImage(call, imageId);
  if (image === undefined) throw notFound(`No image found with ID ${imageId}`);
  return image;
}

/** Throws 403 unless the caller is the image's owner or admin. */
export function requireMutable(call: Call, image: Image): void {
  if (!isMutable(call.caller, image)) throw forbidden('You do not own this image');
}

/** Throws 403 if a caller other than admin sets an image to public. */
export function requireMayPublish(call: Call, visibility: Json | undefined): void {
  if (visibility === 'public' && !isAdmin(call.caller)) {
    throw forbidden('You are not authorized to complete publicize_image action.');
  }
}

/** Tells of a change of an image as Glance does; nothing is told of its members. Observed on Glance 25.1. */
export function tellOfImage({ world }: Call, what: 'update' | 'activate' | 'delete', image: Image): void {
  const { id, owner, visibility } = image;
  world.tell(`image.${what}`, { id, owner, visibility });
}

/** GET /v2/images/{image_id}. */
export function getImage(call: Call, imageId: string): Reply {
  return jsonReply(showImage(call.caller, requireVisibleImage(call, imageId)));
}

function checkOwner(call: Call, owner: Json | undefined): void {
  if (owner === undefined || isAdmin(call.caller) || owner === call.caller.projectId) return;
  throw forbidden(`You are not permitted to create images owned by '${owner ?? 'None'}'.`);
}

/** 413 for more tags than an image may have. */
export function checkTagCount(tags: Json | undefined): void {
  if (!Array.isArray(tags) || tags.length <= tagQuota) return;
  const numbers = `Attempted: ${tags.length}, Maximum: ${tagQuota}`;
  throw new ApiError(413, `The limit has been exceeded on the number of allowed image tags. ${numbers}`);
}

/**
 * POST /v2/images. The image is queued and, by default, has visibility `shared` without members and is owned by the
 * caller's project. The body may set an id, but never that of a deleted image. Observed on Glance 25.1.
 */
export function createImage(call: Call): Reply {
  const { id, ...attributes } = checkNewImage(requireJson(call));
  requireMayPublish(call, attributes['visibility']);
  checkOwner(call, attributes['owner']);
  const name = attributes['name'];
  if (typeof name === 'string' && hasFourByteCharacters(name)) {
    throw badRequest("Name can't contain 4 byte unicode characters.");
  }
  checkTagCount(attributes['tags']);
  const draft = { owner: call.caller.projectId, ...(typeof id === 'string' ? { id } : {}) };
  if (draft.id !== undefined && (call.world.images.has(draft.id) || call.world.deletedImageIds.has(draft.id))) {
    throw new ApiError(409, `Image ID ${draft.id} already exists!`);
  }
  for (const [key, value] of Object.entries(attributes)) checkNotNegative(key, value);
  const image = call.world.addImage(draft);
  for (const [key, value] of Object.entries(attributes)) setAttribute(image, key, value);
  return jsonReply(showImage(call.caller, image), 201, [
    ['Location', `${call.url}/v2/images/${image.id}`],
    ['Openstack-Image-Import-Methods', 'glance-direct,web-download,copy-image'],
    ['Openstack-Image-Store-Ids', 'local,os_glance_staging_store,os_glance_tasks_store'],
  ]);
}

/** DELETE /v2/images/{image_id}. Deletes its members too. */
export function deleteImage(call: Call, imageId: string): Reply {
  const image = findImage(call, imageId);
  if (image === undefined) throw notFound(`Failed to find image ${imageId} to delete`);
  requireMutable(call, image);
  if (image.protected) throw forbidden(`Image ${imageId} is protected and cannot be deleted.`);
  call.world.images.delete(image.id);
  call.world.deletedImageIds.add(image.id);
  tellOfImage(call, 'delete', image);
  return noContent;
}
