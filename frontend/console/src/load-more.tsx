import type { Pages } from './pages.ts';

/** Loads the next page of a list, where there is one. */
export function LoadMore({ pages }: { readonly pages: Pages<unknown> }) {
  if (!pages.hasMore) return null;
  return (
    <button
      type="button"
      className="more"
      aria-disabled={pages.loading}
      onClick={() => !pages.loading && pages.loadMore()}
    >
      {pages.loading ? 'Loading…' : 'Load more images'}
    </button>
  );
}
