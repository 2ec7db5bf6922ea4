import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';

/** A client for one token; it needs no set-up, because everything that changes has an `id`. */
export function createClient(uri: string, token: string): ApolloClient {
  return new ApolloClient({
    link: new HttpLink({ uri, headers: { 'X-Auth-Token': token } }),
    cache: new InMemoryCache(),
  });
}
