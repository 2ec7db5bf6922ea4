import { useMemo } from 'react';
import { Provider } from 'urql';
import { createClient } from './client.ts';
import { Inbox } from './inbox.tsx';

/** The inbox of one token. */
export function App({ url, token }: { readonly url: string; readonly token: string }) {
  const client = useMemo(() => createClient(url, token), [url, token]);
  return (
    <Provider value={client}>
      <Inbox />
    </Provider>
  );
}
