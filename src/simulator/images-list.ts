import { type Call, isAdmin, isVisible, livingMembers } from './call.ts';
import { badRequest, forbidden } from './errors.ts';
import { imageFilters } from './image-filters.ts';
import { showImage } from './image-view.ts';
import { type ImagesQuery, parseImagesQuery, type SortKey, type SortOrder } from './images-query.ts';
import { imagesLink } from './query-params.ts';
import { jsonReply, type Reply } from './reply.ts';
import type { Image, World } from './world.ts';

const sortColumns: Readonly<Record<SortKey, (image: Image) => string | number | null>> = {
  name: (image) => image.name,
  status: (image) => image.status,
  container_format: (image) => image.containerFormat,
  disk_format: (image) => image.diskFormat,
  size: (image) => image.size,
  id: (image) => image.id,
  created_at: (image) => image.createdAt,
  updated_at: (image) => image.updatedAt,
};

function compareValues(left: string | number | null, right: string | number | null): number {
  if (left === right) return 0;
  if (left === null) return -1;
  if (right === null) return 1;
  return left < right ? -1 : 1;
}

function compareImages(order: readonly SortOrder[], left: Image, right: Image): number {
  for (const { key, descending } of order) {
    const result = compareValues(sortColumns[key](left), sortColumns[key](right));
    if (result !== 0) return descending ? -result : result;
  }
  return 0;
}

/**
 * Whether an image comes after the marker. Unlike in sorting, Glance here treats a null size as 0 in a row, and as an
 * empty string in the marker, which SQLite compares as larger than any number and MariaDB as 0. So pages sorted by size
 * lose images without a size, or repeat others; pages sorted by name do so with images whose name is null or empty.
 * Observed on Glance 25.1.
 */
function isAfter(marker: Image, { order }: ImagesQuery, image: Image, { database }: World): boolean {
  const emptyText = database === 'sqlite' ? Number.POSITIVE_INFINITY : 0;
  for (const { key, descending } of order) {
    const isSize = key === 'size';
    const left = sortColumns[key](image) ?? (isSize ? 0 : '');
    const right = sortColumns[key](marker) ?? (isSize ? emptyText : '');
    if (left !== right) return left > right !== descending;
  }
  return false;
}

/** Whether the image is shared with the caller in the wanted status. */
function isSharedWith({ caller, world }: Call, image: Image, wanted: ImagesQuery['memberStatus']): boolean {
  if (image.visibility !== 'shared') return false;
  const members = livingMembers(image);
  // A token without a project lists every shared image that has any member. Observed on Glance 25.1.
  const { projectId } = caller;
  if (projectId === null) return members.length > 0;
  return members.some(
    (member) => world.isSame(member.memberId, projectId) && (wanted === 'all' || member.status === wanted),
  );
}

/**
 * Whether an image belongs in the caller's list, which lacks some images that the caller may read by id. Community
 * images of other projects are listed only if `visibility` requests them; `member_status` filters only images shared
 * with the caller. Observed on Glance 25.1.
 */
function isListed(call: Call, image: Image, query: ImagesQuery): boolean {
  const { caller } = call;
  const isOwn = image.owner !== null && image.owner === caller.projectId;
  const isReachable =
    isAdmin(caller) ||
    isOwn ||
    image.visibility === 'public' ||
    image.visibility === 'community' ||
    isSharedWith(call, image, query.memberStatus);
  if (!isReachable) return false;
  if (query.visibility === undefined) return isOwn || image.visibility !== 'community';
  return query.visibility === 'all' || image.visibility === query.visibility;
}

/** An invisible marker answers 403, which reveals that the image exists. Observed on Glance 25.1. */
function findMarker(call: Call, marker: string): Image {
  const image = call.world.findImage(marker);
  if (image === undefined) throw badRequest(`No image found with ID ${marker}`);
  if (!isVisible(call, image)) throw forbidden(`Forbidding request, image ${marker} not visible`);
  return image;
}

/** GET /v2/images: filtered, sorted and paged. `next` is present whenever the page is full. */
export function listImages(call: Call): Reply {
  const query = parseImagesQuery(call.query);
  const filters = imageFilters(query, call.world.isSame);
  const limit = Math.min(query.limit ?? call.limits.pageDefault, call.limits.pageMax);
  const marker = query.marker === undefined ? undefined : findMarker(call, query.marker);
  const images = [...call.world.images.values()]
    .filter((image) => isListed(call, image, query) && filters.every((filter) => filter(image)))
    .filter((image) => marker === undefined || isAfter(marker, query, image, call.world))
    .sort((left, right) => compareImages(query.order, left, right))
    .slice(0, limit);
  const last = images.length === limit ? images.at(-1) : undefined;
  return jsonReply({
    images: images.map((image) => showImage(call.caller, image)),
    first: imagesLink(call.query),
    schema: '/v2/schemas/images',
    ...(last === undefined ? {} : { next: imagesLink(call.query, last.id) }),
  });
}
