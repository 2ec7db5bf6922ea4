import { useState } from 'react';

interface LoadMoreProps {
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null } | undefined;
  readonly onLoad: (after: string) => Promise<unknown>;
}

/** Loads the next page of a list, where there is one. */
export function LoadMore({ pageInfo, onLoad }: LoadMoreProps) {
  const [busy, setBusy] = useState(false);
  const after = pageInfo?.endCursor;
  if (!pageInfo?.hasNextPage || !after) return null;

  async function load(cursor: string): Promise<void> {
    setBusy(true);
    await onLoad(cursor).finally(() => setBusy(false));
  }
  return (
    <button type="button" disabled={busy} onClick={() => load(after)}>
      {busy ? 'Loading…' : 'Load more images'}
    </button>
  );
}
