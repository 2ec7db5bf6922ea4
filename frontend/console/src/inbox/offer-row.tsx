import { useEffect, useRef } from 'react';
import { toSize, toTitle } from '../image-facts.ts';
import { Project } from '../project.tsx';
import { StatusBadge } from '../status-badge.tsx';
import { choices, meanings, type Offer } from './offers.ts';
import type { Decisions } from './use-decisions.ts';

interface OfferRowProps {
  readonly offer: Offer;
  readonly decisions: Decisions;
  /** Undefined where offers are not selected. */
  readonly selected?: boolean;
  readonly onSelect?: (on: boolean) => void;
}

/** One offer. It keeps its place after a decision, so that nothing moves under the pointer. */
export function OfferRow({ offer, decisions, selected, onSelect }: OfferRowProps) {
  const row = useRef<HTMLLIElement>(null);
  const status = offer.myMembership?.status;
  const title = toTitle(offer);
  const isSending = decisions.sending.has(offer.id);
  const wasDecided = decisions.decided.has(offer.id);
  const problem = decisions.problems.get(offer.id);
  const hadFocus = useRef(false);

  // The button that was used is gone: the focus goes to its row.
  useEffect(() => {
    if (hadFocus.current && status) row.current?.focus();
    hadFocus.current = false;
  }, [status]);

  if (!status) return null;
  return (
    <li
      ref={row}
      tabIndex={-1}
      aria-label={`${title}, ${status.toLowerCase()}`}
      className={wasDecided ? 'decided' : undefined}
    >
      {onSelect && (
        <label className="target">
          <input
            type="checkbox"
            aria-label={`Select ${title}`}
            checked={selected}
            onChange={(event) => onSelect(event.target.checked)}
          />
        </label>
      )}
      <div className="offer">
        <h3>{title}</h3>
        <p className="hint">
          {offer.owner ? (
            <>
              from <Project id={offer.owner.id} name={offer.owner.name} />
            </>
          ) : (
            'without an owner'
          )}
          {` · ${toSize(offer.size)}`}
          {offer.diskFormat && ` · ${offer.diskFormat}`} · <code className="id">{offer.id}</code>
        </p>
        {problem && (
          <p className="mistake" role="alert">
            {problem}
          </p>
        )}
      </div>
      <p className="state" role="status">
        <StatusBadge status={status} />
        {wasDecided && <span className="hint wide">{meanings[status]}</span>}
      </p>
      <div className="row">
        {choices[status].map((choice) => (
          <button
            key={choice.status}
            type="button"
            className={choice.status === 'ACCEPTED' ? 'primary' : undefined}
            aria-disabled={isSending}
            aria-label={`${choice.verb} ${title}`}
            onClick={(event) => {
              if (isSending) return;
              hadFocus.current = event.currentTarget === document.activeElement;
              void decisions.decide([offer.id], choice.status);
            }}
          >
            {choice.verb}
          </button>
        ))}
      </div>
    </li>
  );
}
