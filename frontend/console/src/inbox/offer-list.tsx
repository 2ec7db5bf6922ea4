import { useRef, useState } from 'react';
import { Failure } from '../failure.tsx';
import type { MemberStatus } from '../graphql/graphql.ts';
import { count } from '../image-facts.ts';
import { LoadMore } from '../load-more.tsx';
import { Skeleton } from '../skeleton.tsx';
import type { InboxPages } from './inbox-screen.tsx';
import { OfferRow } from './offer-row.tsx';
import { useDecisions } from './use-decisions.ts';
import { useWithdrawn } from './use-withdrawn.ts';

interface OfferListProps {
  readonly status: MemberStatus;
  readonly pages: InboxPages;
}

const nothing: Readonly<Record<MemberStatus, readonly [string, string]>> = {
  PENDING: [
    'Nothing to decide.',
    'Images that other projects share with yours appear here until you accept or reject them.',
  ],
  ACCEPTED: ['No accepted images.', 'Images that you accept are in your image list, and here.'],
  REJECTED: ['No rejected images.', 'Images that you reject stay here, in case you change your mind.'],
};

/** The offers with one status. Pending ones can be accepted together. */
export function OfferList({ status, pages }: OfferListProps) {
  const decisions = useDecisions();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [notice, setNotice] = useState<string | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const withdrawn = useWithdrawn(status === 'PENDING' ? pages.nodes : undefined, decisions.decided);
  const { nodes, hasMore, loading, error } = pages;
  const waiting = (nodes ?? []).filter(({ myMembership }) => myMembership?.status === 'PENDING');
  const chosen = waiting.filter(({ id }) => selected.has(id)).map(({ id }) => id);

  function select(id: string, on: boolean): void {
    const next = new Set(selected);
    if (on) next.add(id);
    else next.delete(id);
    setSelected(next);
  }

  async function acceptAll(ids: readonly string[]): Promise<void> {
    if (ids.length === 0 || decisions.sending.size > 0) return;
    const { done, failed, problem } = await decisions.decide(ids, 'ACCEPTED');
    const failures = failed.length > 0 ? `${failed.length} failed, ` : '';
    setNotice(problem ?? `${failures}${done.length} accepted.`);
    setSelected(new Set());
    heading.current?.focus();
  }

  return (
    <section id="list" tabIndex={-1} aria-busy={loading} aria-labelledby="offers-title">
      <h2 id="offers-title" ref={heading} tabIndex={-1} className="unseen">
        {status === 'PENDING' ? 'Images waiting for your decision' : `${status.toLowerCase()} images`}
      </h2>
      {error && <Failure error={error} onRetry={() => pages.refresh()} />}
      <div role="status">
        {notice && <p className="notice">{notice}</p>}
        {withdrawn.titles.length > 0 && (
          <p className="notice">
            <span>{withdrawn.titles.join(', ')}: no longer shared with you.</span>
            <button type="button" className="link" onClick={withdrawn.dismiss}>
              Dismiss
            </button>
          </p>
        )}
      </div>
      {status === 'PENDING' && waiting.length > 0 && (
        <div className="row bulk">
          <label className="check">
            <input
              type="checkbox"
              checked={chosen.length === waiting.length}
              onChange={(event) => setSelected(new Set(event.target.checked ? waiting.map(({ id }) => id) : []))}
            />
            Select all
          </label>
          <span className="row end">
            <button type="button" aria-disabled={chosen.length === 0} onClick={() => void acceptAll(chosen)}>
              Accept selected{chosen.length > 0 && ` (${chosen.length})`}
            </button>
            <button type="button" className="primary" onClick={() => void acceptAll(waiting.map(({ id }) => id))}>
              {hasMore
                ? `Accept these ${waiting.length}`
                : waiting.length > 1
                  ? `Accept all ${waiting.length}`
                  : 'Accept all'}
            </button>
          </span>
        </div>
      )}
      {nodes === undefined && !error && <Skeleton rows={5} label="Loading what is shared with you" />}
      {nodes?.length === 0 && (loading || hasMore) && <Skeleton rows={5} label="Loading what is shared with you" />}
      {nodes?.length === 0 && !loading && !hasMore && !error && (
        <div className="empty">
          <p>
            <strong>{nothing[status][0]}</strong>
          </p>
          <p>{nothing[status][1]}</p>
        </div>
      )}
      {nodes && nodes.length > 0 && (
        <ul className="offers" aria-label={count(nodes.length, 'image')}>
          {nodes.map((offer) => (
            <OfferRow
              key={offer.id}
              offer={offer}
              decisions={decisions}
              selected={selected.has(offer.id)}
              {...(status === 'PENDING' && { onSelect: (on: boolean) => select(offer.id, on) })}
            />
          ))}
        </ul>
      )}
      <LoadMore pages={pages} />
    </section>
  );
}
