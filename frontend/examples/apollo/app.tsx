import { ApolloProvider } from '@apollo/client/react';
import { useMemo } from 'react';
import { createClient } from './client.ts';
import { Inbox } from './inbox.tsx';

/** The inbox of one token. */
export function App({ url, token }: { readonly url: string; readonly token: string }) {
  const client = useMemo(() => createClient(url, token), [url, token]);
  return (
    <ApolloProvider client={client}>
      <Inbox />
    </ApolloProvider>
  );
}
