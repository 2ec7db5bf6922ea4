import type { ErrorLike, OperationVariables, TypedDocumentNode } from '@apollo/client';
import { useApolloClient, useQuery } from '@apollo/client/react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { keepParts } from './client.ts';
import { useRefresh } from './refresh.ts';

interface Page<Node> {
  readonly nodes: readonly Node[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

interface Answer<Node> {
  readonly images: Page<Node> | null;
}

/** A list of images that is read a page at a time. */
export interface Pages<Node> {
  /** Undefined before the first page is there. */
  readonly nodes: readonly Node[] | undefined;
  readonly hasMore: boolean;
  readonly error: ErrorLike | undefined;
  /** Whether anything is being read. */
  readonly loading: boolean;
  loadMore(): Promise<void>;
  /** Reads again as many pages as are shown. */
  refresh(): Promise<void>;
}

/** Reads a list page by page. A refresh keeps its length, so that nobody loses their place. */
export function usePages<Node, Variables extends OperationVariables>(
  document: TypedDocumentNode<Answer<Node>, Variables>,
  variables: Variables,
): Pages<Node> {
  const client = useApolloClient();
  const query = useQuery<Answer<Node>, OperationVariables>(
    document as TypedDocumentNode<Answer<Node>, OperationVariables>,
    {
      variables,
      ...keepParts,
    },
  );
  const { data: current, previousData, fetchMore, updateQuery, refetch } = query;
  const data = (current ?? previousData) as Answer<Node> | undefined;
  const [reading, setReading] = useState(false);
  const shown = current?.images?.nodes?.length ?? 0;
  const cursor = current?.images?.pageInfo?.hasNextPage ? (current.images.pageInfo.endCursor ?? null) : null;
  const key = JSON.stringify(variables);

  const loadMore = useCallback(async () => {
    if (cursor === null) return;
    setReading(true);
    await fetchMore({
      variables: { after: cursor },
      ...keepParts,
      updateQuery: (held, { fetchMoreResult }) => append(held as Answer<Node>, fetchMoreResult as Answer<Node>),
    }).finally(() => setReading(false));
  }, [cursor, fetchMore]);

  const refresh = useCallback(async () => {
    if (shown === 0) return void (await refetch());
    setReading(true);
    try {
      const fresh = await readPages(shown, async (after) => {
        const { data } = await client.query({
          query: document,
          variables: { ...(JSON.parse(key) as Variables), after } as Variables & OperationVariables,
          fetchPolicy: 'network-only',
          ...keepParts,
        });
        return (data as Answer<Node> | undefined)?.images ?? null;
      });
      if (fresh !== null) updateQuery(() => ({ images: fresh }) as never);
    } finally {
      setReading(false);
    }
  }, [client, document, key, shown, refetch, updateQuery]);

  // What the cache had is shown first, and then brought up to date.
  const fromCache = useRef(query.data !== undefined);
  useEffect(() => {
    if (fromCache.current) void refresh();
    fromCache.current = false;
  }, [refresh]);
  useRefresh(refresh);
  // The gateway may end a page early, even without an image, and say that more follow.
  useEffect(() => {
    if (shown === 0 && cursor !== null && !reading) void loadMore();
  }, [shown, cursor, reading, loadMore]);

  return {
    nodes: data?.images?.nodes,
    hasMore: cursor !== null,
    error: query.error,
    loading: query.loading || reading,
    loadMore,
    refresh,
  };
}

function append<Node>(held: Answer<Node>, { images }: Answer<Node>): Answer<Node> {
  return images === null ? held : { images: { ...images, nodes: [...(held.images?.nodes ?? []), ...images.nodes] } };
}

/** Reads pages until there are as many rows as wanted. Null where a page could not be read. */
async function readPages<Node>(
  wanted: number,
  read: (after: string | null) => Promise<Page<Node> | null>,
): Promise<Page<Node> | null> {
  const nodes: Node[] = [];
  for (let after: string | null = null; ; ) {
    const page: Page<Node> | null = await read(after);
    if (page === null) return null;
    nodes.push(...page.nodes);
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    if (after === null || nodes.length >= wanted) return { ...page, nodes };
  }
}
