import { use, useState } from 'react';
import { PeopleContext, type Person } from './people.ts';
import { TokenForm } from './token-form.tsx';

const hints: Readonly<Record<string, string>> = {
  producer: 'owns most images and shares them',
  'consumer-a': 'has images to accept, and shares one',
  'consumer-b': 'has images to accept',
  stranger: 'has nothing to accept',
  admin: 'an administrator, who can see and change every image',
  'producer-reader': 'has only the reader role in producer’s project; this cloud lets readers share',
  'consumer-a-reader': 'has only the reader role in consumer-a’s project; this cloud lets readers accept',
};

/** Asks for a token, or which person of the embedded Images API to be. */
export function SignIn({ onToken }: { readonly onToken: (token: string) => Promise<void> }) {
  const people = use(PeopleContext);
  return (
    <main id="main" className="sign-in" tabIndex={-1}>
      <div>
        <h1>Sign in</h1>
        <p className="lead">Share machine images with other projects, and accept those that are shared with yours.</p>
      </div>
      <section className="panel">
        <TokenForm label="Token from the Identity service" action="Sign in" onToken={onToken} />
      </section>
      {people.length > 0 && <People people={people} onToken={onToken} />}
    </main>
  );
}

interface PeopleProps {
  readonly people: readonly Person[];
  readonly onToken: (token: string) => Promise<void>;
}

function People({ people, onToken }: PeopleProps) {
  const [problem, setProblem] = useState<string | null>(null);
  return (
    <section aria-labelledby="people">
      <h2 id="people">Or try it as a demo user</h2>
      <ul className="people">
        {people.map(({ name, token }) => (
          <li key={token}>
            <button type="button" onClick={() => onToken(token).catch((error) => setProblem(String(error.message)))}>
              <strong>{name}</strong>
              <span>{hints[name]}</span>
            </button>
          </li>
        ))}
      </ul>
      <p className="mistake" role="alert">
        {problem}
      </p>
    </section>
  );
}
