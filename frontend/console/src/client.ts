import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache } from '@apollo/client';
import { SetContextLink } from '@apollo/client/link/context';
import { ErrorLink } from '@apollo/client/link/error';
import { OperationTypeNode } from 'graphql';

interface ClientOptions {
  /** The session whose token to send; another one follows when the token is renewed for the same user and project. */
  readonly session: () => { readonly token: string } | undefined;
  /** Called when the token is not accepted. */
  readonly onRefused?: () => void;
  /** Carries subscriptions; without it there are none. */
  readonly liveLink?: ApolloLink;
}

/** Where the gateway answers. */
export function graphqlUrl(): string {
  return new URL(import.meta.env.DEV ? '/graphql' : '../graphql', document.baseURI).href;
}

/**
 * A client for one user in one project: the cache holds what that project may see. Objects with an `id` are stored once
 * each, whichever lists they appear in; that needs no set-up.
 */
export function createClient({ session, onRefused, liveLink }: ClientOptions): ApolloClient {
  const http = ApolloLink.from([
    new SetContextLink(() => ({ session: session(), headers: { 'X-Auth-Token': session()?.token ?? '' } })),
    new HttpLink({ uri: graphqlUrl() }),
  ]);
  return new ApolloClient({
    link: ApolloLink.from([
      new ErrorLink(({ error, operation }) => {
        const { session: sentBy = session() } = operation.getContext();
        // The answer may be to a request from before the token was renewed.
        if (isTokenRefused(error) && sentBy === session()) onRefused?.();
      }),
      liveLink === undefined
        ? http
        : ApolloLink.split(({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION, liveLink, http),
    ]),
    cache: new InMemoryCache(),
  });
}

/** Whether an error says that the token is not accepted. */
export function isTokenRefused(error: unknown): boolean {
  return (
    CombinedGraphQLErrors.is(error) && error.errors.some(({ extensions }) => extensions?.['code'] === 'UNAUTHENTICATED')
  );
}

/** One part that fails takes nothing else along: what could be read is shown beside the error. */
export const keepParts = { errorPolicy: 'all' } as const;
