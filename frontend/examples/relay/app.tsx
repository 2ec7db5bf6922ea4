import { Suspense, useMemo } from 'react';
import { RelayEnvironmentProvider } from 'react-relay';
import { createEnvironment } from './environment.ts';
import { Inbox } from './inbox.tsx';

/** The inbox of one token. */
export function App({ url, token }: { readonly url: string; readonly token: string }) {
  const environment = useMemo(() => createEnvironment(url, token), [url, token]);
  return (
    <RelayEnvironmentProvider environment={environment}>
      <Suspense fallback={<p>Loading…</p>}>
        <Inbox />
      </Suspense>
    </RelayEnvironmentProvider>
  );
}
