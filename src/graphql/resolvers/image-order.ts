import type { ImageQuery } from '../../upstream/image-query.ts';
import type { ImageAttributes } from '../../upstream/model.ts';
import type { ImageOrder } from '../generated.ts';

/** A part of a list of images, in an order that upstream can be trusted to page through. */
export interface ListPart {
  /** Stands in cursors for the part. */
  readonly name: 'image' | 'last';
  readonly query: Pick<ImageQuery, 'sortKey' | 'sortDir' | 'sizeMin'>;
  /** Whether an image that upstream lists belongs to the part; null: every one does. */
  readonly holds: ((image: ImageAttributes) => boolean) | null;
  /** Whether upstream lists the images of the other parts along with those of this one. */
  readonly listsAll: boolean;
  /** What to order by so that an image of this part, if there is any, comes first in one of both directions. */
  readonly probeBy?: string;
}

/** Tells the images that have nothing to be ordered by, for the orders in which upstream loses or repeats these. */
const lacks: Readonly<Partial<Record<ImageOrder['field'], (image: ImageAttributes) => boolean>>> = {
  SIZE: ({ size }) => size === null,
  NAME: ({ name }) => name === null || name.trim() === '',
};

/**
 * The parts of a list in this order, one after the other. Glance sorts null as the smallest value, but pages as if it
 * were an empty text, which is another value for sizes, and is told from an empty name only by the sort: so rows get
 * lost, or come again and again. Images with nothing to be ordered by therefore come last, by the time of registration.
 */
export function toParts(orderBy: ImageOrder | null | undefined): readonly [ListPart, ...ListPart[]] {
  if (!orderBy) return [{ name: 'image', query: {}, holds: null, listsAll: true }];
  const { field } = orderBy;
  const sortDir = orderBy.direction === 'ASC' ? 'asc' : 'desc';
  const query = { sortKey: field.toLowerCase(), sortDir } as const;
  const isLacking = lacks[field];
  if (isLacking === undefined) return [{ name: 'image', query, holds: null, listsAll: true }];
  const isSize = field === 'SIZE';
  return [
    {
      name: 'image',
      // No image without a size has one of at least zero.
      query: isSize ? { ...query, sizeMin: 0 } : query,
      holds: (image) => !isLacking(image),
      listsAll: !isSize,
    },
    {
      name: 'last',
      query: { sortKey: 'created_at', sortDir },
      holds: isLacking,
      listsAll: true,
      // Some databases sort null as the smallest value, others as the largest.
      probeBy: query.sortKey,
    },
  ];
}
