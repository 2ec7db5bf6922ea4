import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';

/**
 * A client for one token. Whoever changes the token makes a new client: the cache holds what one project may see.
 * Objects with an `id` are kept once each, however many lists show them; that needs no set-up.
 */
export function createClient(token: string): ApolloClient {
  const graphql = import.meta.env.DEV ? '/graphql' : '../graphql';
  return new ApolloClient({
    link: new HttpLink({ uri: new URL(graphql, document.baseURI).href, headers: { 'X-Auth-Token': token } }),
    cache: new InMemoryCache(),
  });
}

/** One part that fails takes nothing else along: what could be had is shown beside the error. */
export const keepParts = { errorPolicy: 'all' } as const;
