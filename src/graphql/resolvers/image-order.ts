import type { ImageQuery } from '../../upstream/image-query.ts';
import type { ImageAttributes } from '../../upstream/model.ts';
import type { ImageOrder } from '../generated.ts';

type Sort = Pick<ImageQuery, 'sortKey' | 'sortDir'>;

/** A part of a list of images, in an order that upstream can be trusted to page through. */
export interface ListPart {
  /** Stands in cursors for the part. */
  readonly name: 'image' | 'unset';
  readonly query: Sort & Pick<ImageQuery, 'sizeMin'>;
  /** Whether an image that upstream lists belongs to the part. */
  readonly holds: (image: ImageAttributes) => boolean;
}

/** The order of a list of images. */
export interface ListOrder {
  /** How upstream sorts the list as a whole. */
  readonly sort: Sort;
  /** The images that have something to be ordered by. */
  readonly set: ListPart;
  /** The images that may have nothing to be ordered by: before the others or after them, as upstream sorts them. */
  readonly unset: ListPart | null;
}

/** Tells the images that have nothing to be ordered by, for the orders in which upstream loses or repeats these. */
const lacks: Readonly<Partial<Record<ImageOrder['field'], (image: ImageAttributes) => boolean>>> = {
  SIZE: ({ size }) => size === null,
  NAME: ({ name }) => name === null || name.trim() === '',
};

/**
 * The order of a list. Glance sorts null as the smallest value, but pages as if it were an empty text: to SQLite that is
 * larger than any size, and an empty name comes after null in the order of names. So rows get lost, or come again and
 * again. Images with nothing to be ordered by are therefore a part of their own, in the order of their registration.
 */
export function toListOrder(orderBy: ImageOrder | null | undefined): ListOrder {
  const sortDir = orderBy?.direction === 'ASC' ? 'asc' : 'desc';
  const sort: Sort = orderBy ? { sortKey: orderBy.field.toLowerCase(), sortDir } : {};
  const isLacking = orderBy ? lacks[orderBy.field] : undefined;
  if (isLacking === undefined) return { sort, set: { name: 'image', query: sort, holds: () => true }, unset: null };
  // No image without a size has one of at least zero.
  const query = orderBy?.field === 'SIZE' ? { ...sort, sizeMin: 0 } : sort;
  return {
    sort,
    set: { name: 'image', query, holds: (image) => !isLacking(image) },
    unset: { name: 'unset', query: { sortKey: 'created_at', sortDir }, holds: isLacking },
  };
}
