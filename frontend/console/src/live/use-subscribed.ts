import type { ErrorLike, OperationVariables, TypedDocumentNode } from '@apollo/client';
import { useApolloClient } from '@apollo/client/react';
import { use, useEffect, useRef, useSyncExternalStore } from 'react';
import { isTokenRefused } from '../client.ts';
import { LiveContext } from './live.ts';

/** A subscription that is refused is tried again after this time. */
const retryMs = 30_000;

/**
 * Subscribes for as long as the component is shown; null variables: not at all. Objects in payloads bring the cache up to
 * date.
 */
export function useSubscribed<Data, Variables extends OperationVariables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables | null,
  onData: (data: Data) => void,
): void {
  const client = useApolloClient();
  const live = use(LiveContext);
  const generation = useSyncExternalStore(live?.listen ?? (() => () => {}), () => live?.generation ?? 0);
  const latest = useRef(onData);
  useEffect(() => {
    latest.current = onData;
  }, [onData]);
  const key = JSON.stringify(variables);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `generation` changes when the token is renewed, which must restart the subscription
  useEffect(() => {
    if (key === 'null' || live === null) return;
    const self = {};
    let retry: ReturnType<typeof setTimeout> | undefined;
    let subscription = start();

    function start() {
      return client.subscribe<Data>({ query: document, variables: JSON.parse(key), errorPolicy: 'all' }).subscribe({
        next({ data, error }) {
          if (error) return refuse(error);
          live?.setRefused(self, false);
          if (data) latest.current(data as Data);
        },
      });
    }
    function refuse(error: ErrorLike): void {
      live?.setRefused(self, true);
      // Only another token helps, and the caller is asked for one.
      if (isTokenRefused(error)) return;
      retry = setTimeout(() => {
        subscription.unsubscribe();
        subscription = start();
      }, retryMs);
    }
    return () => {
      clearTimeout(retry);
      subscription.unsubscribe();
      live.setRefused(self, false);
    };
  }, [client, live, document, key, generation]);
}
