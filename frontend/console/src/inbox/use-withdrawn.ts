import { useApolloClient } from '@apollo/client/react';
import { useEffect, useRef, useState } from 'react';
import { keepParts } from '../client.ts';
import { OfferDocument } from '../graphql/graphql.ts';
import { toTitle } from '../image-facts.ts';
import type { Offer } from './offers.ts';

/** At most so many offers that left the list are asked about. */
const maxAsked = 10;

/** The names of offers that were on the list and are no longer shared with the caller, as far as that is certain. */
export function useWithdrawn(
  offers: readonly Offer[] | undefined,
  decided: ReadonlySet<string>,
): { readonly titles: readonly string[]; dismiss(): void } {
  const client = useApolloClient();
  const before = useRef<readonly Offer[]>([]);
  const [titles, setTitles] = useState<readonly string[]>([]);

  useEffect(() => {
    if (offers === undefined) return;
    const ids = new Set(offers.map(({ id }) => id));
    const gone = before.current.filter(({ id }) => !ids.has(id) && !decided.has(id));
    before.current = offers;
    for (const offer of gone.slice(0, maxAsked)) {
      // It may have been accepted or rejected elsewhere: then nothing is to be said.
      void client
        .query({ query: OfferDocument, variables: { id: offer.id }, fetchPolicy: 'network-only', ...keepParts })
        .then(({ data, error }) => {
          if (!error && !data?.image?.myMembership) setTitles((held) => [...held, toTitle(offer)]);
        });
    }
  }, [client, offers, decided]);

  return { titles, dismiss: () => setTitles([]) };
}
