import { CombinedGraphQLErrors, type ErrorLike } from '@apollo/client';

/** What to do about an error, by its code. */
const advice: Readonly<Record<string, string>> = {
  UNAUTHENTICATED: 'The Images API did not accept this token.',
  RATE_LIMITED: 'The Images API is limiting requests. Wait a moment, then try again.',
  OVERLOADED: 'The gateway is busy. Wait a moment, then try again.',
  UPSTREAM_TIMEOUT: 'The Images API did not answer in time. Try again.',
  UPSTREAM_UNAVAILABLE: 'The Images API cannot be reached at the moment. Try again.',
};

interface Problem {
  readonly message: string;
  readonly requestId: string | null;
}

/** The different problems of an error: many rows may fail for one reason. */
export function toProblems(error: ErrorLike): readonly Problem[] {
  if (!CombinedGraphQLErrors.is(error)) {
    return [{ message: 'The gateway did not answer. Check your connection, then try again.', requestId: null }];
  }
  const problems = new Map<string, Problem>();
  for (const { message, extensions } of error.errors) {
    const told = advice[String(extensions?.['code'])] ?? message;
    problems.set(told, { message: told, requestId: String(extensions?.['requestId'] ?? '') || null });
  }
  return [...problems.values()];
}

/** The messages of an error in one text. */
export function toMessage(error: ErrorLike): string {
  return toProblems(error)
    .map(({ message }) => message)
    .join(' ');
}

interface FailureProps {
  readonly error: ErrorLike;
  readonly onRetry?: () => void;
}

/** Shows an error that the user did not cause, with a way to try again. */
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
