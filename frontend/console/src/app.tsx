import { ApolloProvider } from '@apollo/client/react';
import { useMemo, useState, useSyncExternalStore } from 'react';
import { createClient } from './client.ts';
import { OwnImages } from './own-images.tsx';
import { PeopleContext, type Person, recallPerson, rememberPerson } from './people.ts';
import { SharedWithMe } from './shared-with-me.tsx';
import { SignIn } from './sign-in.tsx';

export function App({ people }: { readonly people: readonly Person[] }) {
  const [person, setPerson] = useState(recallPerson);

  function choose(next: Person | null): void {
    rememberPerson(next);
    setPerson(next);
  }

  return (
    <PeopleContext value={people}>
      <header className="top">
        <h1>Image sharing</h1>
        {person && (
          <p className="who">
            <span>
              You are <strong>{person.name}</strong>
            </span>
            <button type="button" onClick={() => choose(null)}>
              Be somebody else
            </button>
          </p>
        )}
      </header>
      {person ? <Screens key={person.token} person={person} /> : <SignIn people={people} onChoose={choose} />}
    </PeopleContext>
  );
}

/** What one person sees. */
function Screens({ person }: { readonly person: Person }) {
  const client = useMemo(() => createClient(person.token), [person.token]);
  const hash = useSyncExternalStore(listenToHash, () => location.hash);
  const inbox = hash === '#shared-with-you' || (hash === '' && person.name.startsWith('consumer'));
  return (
    <ApolloProvider client={client}>
      <nav aria-label="Screens">
        <a href="#your-images" aria-current={inbox ? undefined : 'page'}>
          Your images
        </a>
        <a href="#shared-with-you" aria-current={inbox ? 'page' : undefined}>
          Shared with you
        </a>
      </nav>
      <main>{inbox ? <SharedWithMe /> : <OwnImages />}</main>
    </ApolloProvider>
  );
}

function listenToHash(onChange: () => void): () => void {
  addEventListener('hashchange', onChange);
  return () => removeEventListener('hashchange', onChange);
}
