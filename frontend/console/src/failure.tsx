import { CombinedGraphQLErrors, type ErrorLike } from '@apollo/client';

/** What to do about an error, by its code. */
const advice: Readonly<Record<string, string>> = {
  UNAUTHENTICATED: 'The Images API did not take this token. Choose another one above.',
  RATE_LIMITED: 'The Images API asks for patience. Wait a little, then try again.',
  UPSTREAM_TIMEOUT: 'The Images API did not answer in time. Try again.',
  UPSTREAM_UNAVAILABLE: 'The Images API cannot be reached at the moment. Try again.',
};

interface Problem {
  readonly message: string;
  readonly requestId: string | null;
}

/** The different problems an error tells of: many rows may fail for one reason. */
export function toProblems(error: ErrorLike): readonly Problem[] {
  if (!CombinedGraphQLErrors.is(error)) {
    return [{ message: 'The gateway did not answer. Is it running? Try again.', requestId: null }];
  }
  const problems = new Map<string, Problem>();
  for (const { message, extensions } of error.errors) {
    const told = advice[String(extensions?.['code'])] ?? message;
    problems.set(told, { message: told, requestId: String(extensions?.['requestId'] ?? '') || null });
  }
  return [...problems.values()];
}

interface FailureProps {
  readonly error: ErrorLike;
  readonly onRetry?: () => void;
}

/** Shows an error that is no user's fault, with a way to try again. */
export function Failure({ error, onRetry }: FailureProps) {
  return (
    <div className="failure" role="alert">
      {toProblems(error).map(({ message, requestId }) => (
        <p key={message}>
          {message}
          {requestId && <small>Request {requestId}</small>}
        </p>
      ))}
      {onRetry && (
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}
