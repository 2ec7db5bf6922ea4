import type { ReactNode, Ref } from 'react';
import { Project } from '../project.tsx';
import { isDone, type Outcome, summarise } from './outcome.ts';

interface OutcomeReportProps {
  readonly ref: Ref<HTMLElement>;
  readonly outcome: Outcome;
  readonly action: 'share' | 'stop';
  /** The names of images, by id. */
  readonly titles: ReadonlyMap<string, string>;
  readonly children: ReactNode;
}

/** One sentence about what was done, the pairs that failed with their reasons, and what can be done next. */
export function OutcomeReport({ ref, outcome, action, titles, children }: OutcomeReportProps) {
  const failures = outcome.pairs.filter((pair) => !isDone(pair));
  const isBad = failures.length > 0 || outcome.problem !== null;
  return (
    <section ref={ref} className={isBad ? 'report bad' : 'report'} aria-label="Result" tabIndex={-1}>
      <p role="status">
        <strong>{outcome.pairs.length > 0 ? summarise(outcome, action) : 'Nothing was changed.'}</strong>{' '}
        {outcome.problem}
      </p>
      {failures.length > 0 && (
        <ul>
          {failures.map(({ imageId, memberId, reasons }) => (
            <li key={`${imageId} ${memberId}`}>
              {titles.get(imageId) ?? imageId} → <Project id={memberId} />
              {reasons.map((reason) => (
                <small key={reason}>{reason}</small>
              ))}
            </li>
          ))}
        </ul>
      )}
      <div className="row">{children}</div>
    </section>
  );
}
