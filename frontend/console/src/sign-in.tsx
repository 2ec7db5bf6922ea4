import { type FormEvent, useId, useState } from 'react';
import type { Person } from './people.ts';

const hints: Readonly<Record<string, string>> = {
  producer: 'owns most images and shares them',
  'consumer-a': 'is offered images, and shares one',
  'consumer-b': 'is offered images',
  stranger: 'nobody shares anything with this project',
  admin: 'sees every image as its owner does',
  'producer-reader': 'may read for the producer',
  'consumer-a-reader': 'may read for consumer-a',
};

interface SignInProps {
  readonly people: readonly Person[];
  readonly onChoose: (person: Person) => void;
}

/** Asks whose token to use. */
export function SignIn({ people, onChoose }: SignInProps) {
  const tokenId = useId();
  const hintId = useId();
  const [token, setToken] = useState('');

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (token.trim() !== '') onChoose({ name: 'the owner of your token', token: token.trim() });
  }

  return (
    <main className="sign-in">
      <h2>Who are you?</h2>
      {people.length > 0 && (
        <>
          <p>This gateway serves the embedded Images API. Be one of its people:</p>
          <ul className="people">
            {people.map((person) => (
              <li key={person.token}>
                <button type="button" onClick={() => onChoose(person)}>
                  <strong>{person.name}</strong>
                  <span>{hints[person.name]}</span>
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
      <form className="panel" onSubmit={submit}>
        <label htmlFor={tokenId}>{people.length > 0 ? 'Or use another token' : 'Your token'}</label>
        <div className="row">
          <input
            id={tokenId}
            type="password"
            autoComplete="off"
            required
            aria-describedby={hintId}
            value={token}
            onChange={(event) => setToken(event.target.value)}
          />
          <button type="submit" className="primary">
            Use this token
          </button>
        </div>
        <p id={hintId} className="hint">
          A token of the Identity service, as <code>openstack token issue</code> prints it. It stays in this browser tab
          and is sent to this gateway alone.
        </p>
      </form>
    </main>
  );
}
