import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache } from '@apollo/client';
import { SetContextLink } from '@apollo/client/link/context';
import { ErrorLink } from '@apollo/client/link/error';
import { relayStylePagination } from '@apollo/client/utilities';
import { from, switchMap, timer } from 'rxjs';

/** Where the token of one user and one project comes from. */
export interface Session {
  token(): string;
  /** Gets another token for the same user and project from the Identity service. */
  renew(): Promise<unknown>;
}

/** A client that renews a token which ran out, waits where it is told to, and keeps the pages of a list together. */
export function createSessionClient(uri: string, session: Session): ApolloClient {
  const auth = new SetContextLink(({ headers }) => ({ headers: { ...headers, 'X-Auth-Token': session.token() } }));
  return new ApolloClient({
    link: ApolloLink.from([createRetry(session), auth, new HttpLink({ uri })]),
    cache: createCache(),
  });
}

/** Pages are kept together by `edges`: with `nodes` alone, the second page would replace the first. */
export function createCache(): InMemoryCache {
  return new InMemoryCache({
    typePolicies: { Query: { fields: { images: relayStylePagination(['filter', 'orderBy']) } } },
  });
}

/** Sends an operation again, once: with a new token, or after the time that the gateway asks for. */
function createRetry(session: Session): ErrorLink {
  return new ErrorLink(({ error, operation, forward }) => {
    if (!CombinedGraphQLErrors.is(error) || operation.getContext()['isRepeated']) return undefined;
    operation.setContext({ isRepeated: true });
    const [first] = error.errors;
    const { code, retryAfter } = first?.extensions ?? {};
    if (code === 'UNAUTHENTICATED') return from(session.renew()).pipe(switchMap(() => forward(operation)));
    if (typeof retryAfter !== 'number') return undefined;
    return timer(retryAfter * 1000).pipe(switchMap(() => forward(operation)));
  });
}
