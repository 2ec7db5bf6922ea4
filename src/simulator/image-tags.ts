import { type Call, findImage, isMutable } from './call.ts';
import { forbidden, notFound } from './errors.ts';
import { checkAttribute } from './image-body.ts';
import { noContent, type Reply } from './reply.ts';
import type { Image } from './world.ts';

function requireTaggable(call: Call, imageId: string, verb: string): Image {
  const image = findImage(call, imageId);
  if (image === undefined) throw notFound(`Image ${imageId} not found.`);
  if (!isMutable(call.caller, image)) throw forbidden(`Not allowed to ${verb} tags for image ${imageId}.`);
  return image;
}

/** PUT /v2/images/{image_id}/tags/{tag}. Idempotent. */
export function setTag(call: Call, imageId: string, tag: string): Reply {
  checkAttribute('tags', [tag]);
  const image = requireTaggable(call, imageId, 'update');
  if (!image.tags.includes(tag)) image.tags.push(tag);
  image.updatedAt = call.world.tick();
  return noContent;
}

/** DELETE /v2/images/{image_id}/tags/{tag}. */
export function deleteTag(call: Call, imageId: string, tag: string): Reply {
  const image = requireTaggable(call, imageId, 'delete');
  if (!image.tags.includes(tag)) throw notFound();
  image.tags.splice(image.tags.indexOf(tag), 1);
  image.updatedAt = call.world.tick();
  return noContent;
}
