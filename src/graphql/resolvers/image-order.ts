import type { ImageQuery } from '../../upstream/image-query.ts';
import type { ImageAttributes } from '../../upstream/model.ts';
import type { ImageOrder } from '../generated.ts';

type Sort = Pick<ImageQuery, 'sortKey' | 'sortDir'>;

/** A part of a list of images, in an order that upstream pages through reliably. */
export interface ListPart {
  /** Identifies the part in cursors. */
  readonly name: 'image' | 'unset';
  readonly query: Sort & Pick<ImageQuery, 'sizeMin'>;
  /** Whether the image belongs to this part. */
  readonly includes: (image: ImageAttributes) => boolean;
}

/** The order of a list of images. */
export interface ListOrder {
  /** The sort parameters for the whole list. */
  readonly sort: Sort;
  /** The images that have a value in the sort field. */
  readonly set: ListPart;
  /** The images without a value, which upstream sorts before or after the others; null if every image has one. */
  readonly unset: ListPart | null;
}

/** Whether an image has no value in the sort field, for the fields by which upstream loses or repeats such images. */
const isUnset: Readonly<Partial<Record<ImageOrder['field'], (image: ImageAttributes) => boolean>>> = {
  SIZE: ({ size }) => size === null,
  NAME: ({ name }) => name === null || name.trim() === '',
};

/**
 * Converts `orderBy` to an order that can be paged through. Glance sorts null as the smallest value, but continues after
 * such a row as if it held an empty string. On SQLite an empty string is larger than any size, and an empty name sorts
 * after null, so pages lose rows or repeat them. Images without a value are therefore a separate part, sorted by date.
 */
export function toListOrder(orderBy: ImageOrder | null | undefined): ListOrder {
  const sortDir = orderBy?.direction === 'ASC' ? 'asc' : 'desc';
  const sort: Sort = orderBy ? { sortKey: orderBy.field.toLowerCase(), sortDir } : {};
  const lacksValue = orderBy ? isUnset[orderBy.field] : undefined;
  if (lacksValue === undefined) return { sort, set: { name: 'image', query: sort, includes: () => true }, unset: null };
  // A minimum size of zero excludes images without a size.
  const query = sort.sortKey === 'size' ? { ...sort, sizeMin: 0 } : sort;
  return {
    sort,
    set: { name: 'image', query, includes: (image) => !lacksValue(image) },
    unset: { name: 'unset', query: { sortKey: 'created_at', sortDir }, includes: lacksValue },
  };
}
