import { UpstreamError } from '../../src/errors.ts';
import type { ImageRow, ReadPage } from '../../src/upstream/image-pages.ts';
import type { ImageQuery } from '../../src/upstream/image-query.ts';
import type { ImageAttributes } from '../../src/upstream/model.ts';
import { FakeImages, failure } from './fake-images.ts';

type Held = ConstructorParameters<typeof FakeImages>[0];

/** How the list is answered. */
interface Listing {
  /** The rows from the oldest to the newest; a row that cannot be parsed is an error. */
  readonly rows: readonly (ImageAttributes | ImageRow)[];
  /** Whether the database sorts null as the largest value. */
  readonly nullIsLargest?: boolean;
  /** Maximum number of rows per page. */
  readonly pageMax?: number;
  /** Answers a page in place of the list, or changes how it is answered. */
  readonly answer?: (query: ImageQuery, page: () => ReadPage) => ReadPage;
}

/** An Images API without a network that lists images in pages, as Glance does, and records the queries. */
export class ListedImages extends FakeImages {
  readonly queries: ImageQuery[] = [];
  readonly #listing: Listing;

  constructor(listing: Listing, held: Held = {}) {
    super({ images: listing.rows.flatMap((row) => ('image' in row ? [] : [row])), ...held });
    this.#listing = listing;
  }

  override async listImages(query: ImageQuery): Promise<ReadPage> {
    this.queries.push(query);
    const page = (): ReadPage => this.#page(query);
    return this.#listing.answer?.(query, page) ?? page();
  }

  /** The queries since the last check, each as `key direction limit`, with the number of its marker's image. */
  takeQueries(): string[] {
    return this.queries.splice(0).map(({ sortKey = 'default', sortDir = 'order', limit, marker, sizeMin }) => {
      const after = marker === undefined ? '' : ` after #${Number(marker.slice(-12))}`;
      return `${sortKey} ${sortDir} ${limit}${sizeMin === undefined ? '' : ` from ${sizeMin}`}${after}`;
    });
  }

  #page({ limit, marker, sizeMin, sortKey, sortDir }: ImageQuery): ReadPage {
    const { rows, pageMax = limit } = this.#listing;
    const sorted = rows
      .map((row) => ('image' in row ? row : { id: row.id, image: row }))
      .filter(({ image }) => image instanceof UpstreamError || sizeMin === undefined || image.size !== null)
      .sort((one, other) => this.#compare(one, other, sortKey));
    if (sortDir !== 'asc') sorted.reverse();
    const at = marker === undefined ? -1 : sorted.findIndex(({ id }) => id === marker);
    if (marker !== undefined && at < 0) throw failure(400, `No image found with ID ${marker}`);
    const size = Math.min(limit, pageMax);
    const page = sorted.slice(at + 1, at + 1 + size);
    return { rows: page, more: page.length === size, lastId: page.at(-1)?.id, limit, calls: 1 };
  }

  #compare({ image: one }: ImageRow, { image: other }: ImageRow, sortKey: string | undefined): number {
    if (one instanceof UpstreamError || other instanceof UpstreamError) return 0;
    if (sortKey !== 'size' && sortKey !== 'name') return 0;
    const [a, b] = [one[sortKey], other[sortKey]];
    if (a === b) return 0;
    if (a === null || b === null) return (a === null) === (this.#listing.nullIsLargest ?? false) ? 1 : -1;
    return a < b ? -1 : 1;
  }
}
