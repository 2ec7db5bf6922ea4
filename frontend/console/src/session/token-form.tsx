import { type FormEvent, useId, useRef, useState } from 'react';

interface TokenFormProps {
  readonly label: string;
  readonly action: string;
  /** Rejects with a message for the user if the token cannot be used. */
  readonly onToken: (token: string) => Promise<void>;
}

/** Asks for a token, and checks it before anything else happens. */
export function TokenForm({ label, action, onToken }: TokenFormProps) {
  const inputId = useId();
  const hintId = useId();
  const input = useRef<HTMLInputElement>(null);
  const [token, setToken] = useState('');
  const [checking, setChecking] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (token.trim() === '' || checking) return;
    setChecking(true);
    setProblem(null);
    try {
      await onToken(token.trim());
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      input.current?.focus();
    } finally {
      setChecking(false);
    }
  }

  return (
    <form className="token-form" onSubmit={submit}>
      <label htmlFor={inputId}>{label}</label>
      <div className="row">
        <input
          ref={input}
          id={inputId}
          type="password"
          autoComplete="off"
          required
          aria-describedby={hintId}
          aria-invalid={problem !== null}
          value={token}
          onChange={(event) => setToken(event.target.value)}
        />
        <button type="submit" className="primary" aria-disabled={checking}>
          {checking ? 'Checking…' : action}
        </button>
      </div>
      <p className="mistake" role="alert">
        {problem}
      </p>
      <p id={hintId} className="hint">
        Run <code>openstack token issue -f value -c id</code> to get one. It stays in this browser tab and is sent only
        to this gateway.
      </p>
    </form>
  );
}
