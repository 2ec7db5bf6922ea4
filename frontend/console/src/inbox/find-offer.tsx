import { useQuery } from '@apollo/client/react';
import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { keepParts } from '../client.ts';
import { Failure } from '../failure.tsx';
import { OfferDocument } from '../graphql/graphql.ts';
import { changeParams, navigate, type Route } from '../route.ts';
import { Sheet } from '../sheet.tsx';
import { Skeleton } from '../skeleton.tsx';
import { OfferRow } from './offer-row.tsx';
import { useDecisions } from './use-decisions.ts';

/** Finds an offer by the id of its image, whatever its status. Links that producers send lead here. */
export function FindOffer({ route }: { readonly route: Route }) {
  const inputId = useId();
  const shown = route.params.get('image');
  const [asking, setAsking] = useState(false);
  const [id, setId] = useState('');

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (id.trim() !== '') navigate(changeParams(route, { image: id.trim() }));
  }
  return (
    <>
      <button type="button" className="find" onClick={() => setAsking(true)}>
        I have an image id…
      </button>
      {asking && (
        <Sheet title="Find an offer" narrow onClose={() => setAsking(false)}>
          <form onSubmit={submit}>
            <label htmlFor={inputId}>Image id</label>
            <div className="row">
              <input
                id={inputId}
                spellCheck={false}
                autoComplete="off"
                value={id}
                onChange={(event) => setId(event.target.value)}
              />
              <button type="submit" className="primary">
                Find
              </button>
            </div>
            <p className="hint">Anyone who shares an image with you can tell you its id.</p>
          </form>
        </Sheet>
      )}
      {shown && (
        <Sheet title="Shared image" onClose={() => navigate(changeParams(route, { image: null }))}>
          <Found id={shown} />
        </Sheet>
      )}
    </>
  );
}

function Found({ id }: { readonly id: string }) {
  const box = useRef<HTMLDivElement>(null);
  const decisions = useDecisions();
  const { data, error, refetch } = useQuery(OfferDocument, {
    variables: { id },
    fetchPolicy: 'network-only',
    nextFetchPolicy: 'cache-first',
    ...keepParts,
  });
  const image = data?.image;
  useEffect(() => {
    if (image?.id) box.current?.focus();
  }, [image?.id]);
  if (error && !image) return <Failure error={error} onRetry={() => refetch()} />;
  if (!data) return <Skeleton rows={2} label="Looking for the image" />;
  if (!image) {
    return (
      <p className="empty">
        <strong>No image with this id is shared with your project.</strong> Check the id and the project that you are
        signed in to; the offer may also have been withdrawn.
      </p>
    );
  }
  return (
    <div ref={box} tabIndex={-1}>
      {image.myMembership ? (
        <ul className="offers">
          <OfferRow offer={image} decisions={decisions} />
        </ul>
      ) : (
        <p className="empty">
          You can see <strong>{image.name ?? image.id}</strong>, but it is not shared with your project: you own it, or
          it is visible to everyone.
        </p>
      )}
    </div>
  );
}
