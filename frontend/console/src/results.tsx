import { CombinedGraphQLErrors, type ErrorLike } from '@apollo/client';
import type { Ref } from 'react';
import { Failure } from './failure.tsx';
import type { ChangeRowFragment, ImageMemberOutcome, RefusalFragment } from './graphql/graphql.ts';
import { Project } from './project.tsx';

/** What became of sharing, or of stopping it. */
export type Outcome =
  | { readonly kind: 'busy'; readonly count: number }
  | {
      readonly kind: 'done';
      readonly payload: {
        readonly changes: readonly ChangeRowFragment[];
        readonly userErrors: readonly RefusalFragment[];
      } | null;
      readonly error: ErrorLike | undefined;
    };

interface ResultsProps {
  readonly ref: Ref<HTMLElement>;
  readonly outcome: Outcome | null;
  /** The names of images, by their id. */
  readonly titles: ReadonlyMap<string, string>;
}

/** Tells what became of every pair of image and project. */
export function Results({ ref, outcome, titles }: ResultsProps) {
  return (
    <section ref={ref} className="results" aria-label="Results" aria-live="polite" tabIndex={-1}>
      {outcome?.kind === 'busy' && (
        <p>Changing {outcome.count === 1 ? '1 membership' : `${outcome.count} memberships`}…</p>
      )}
      {outcome?.kind === 'done' && outcome.payload === null && outcome.error && <Failure error={outcome.error} />}
      {outcome?.kind === 'done' && outcome.payload && (
        <>
          {outcome.payload.userErrors.map(({ message }) => (
            <p key={message} className="mistake">
              {message}
            </p>
          ))}
          <p className="summary">{summarise(outcome.payload.changes)}</p>
          <ul>
            {outcome.payload.changes.map((change, index) => (
              <li key={`${change.imageId} ${change.memberId}`} className={change.outcome.toLowerCase()}>
                <span>
                  <strong>{titles.get(change.imageId) ?? change.imageId}</strong> →{' '}
                  {change.memberId !== null && <Project id={change.memberId} />}
                </span>
                <span className="outcome">{describe(change)}</span>
                {[...change.userErrors, ...errorsOf(outcome.error, index)].map(({ message }) => (
                  <span key={message} className="why">
                    {message}
                  </span>
                ))}
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

const words: Readonly<Record<'ADD' | 'REMOVE', Readonly<Partial<Record<ImageMemberOutcome, string>>>>> = {
  ADD: { DONE: 'shared', UNCHANGED: 'was shared already', REFUSED: 'refused', FAILED: 'failed', UNKNOWN: 'unknown' },
  REMOVE: {
    DONE: 'no longer shared',
    UNCHANGED: 'was not shared',
    REFUSED: 'refused',
    FAILED: 'failed',
    UNKNOWN: 'unknown',
  },
};

function describe({ action, outcome }: ChangeRowFragment): string {
  return words[action === 'REMOVE' ? 'REMOVE' : 'ADD'][outcome] ?? outcome.toLowerCase();
}

function summarise(changes: readonly ChangeRowFragment[]): string {
  const counts = new Map<string, number>();
  for (const change of changes) counts.set(describe(change), (counts.get(describe(change)) ?? 0) + 1);
  return [...counts].map(([word, count]) => `${count} ${word}`).join(', ');
}

/** The errors of one row: its place in the payload is in their path. */
function errorsOf(error: ErrorLike | undefined, index: number): readonly { readonly message: string }[] {
  if (!CombinedGraphQLErrors.is(error)) return [];
  return error.errors.filter(({ path }) => path?.[1] === 'changes' && path[2] === index);
}
