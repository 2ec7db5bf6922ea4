import { useMutation, useQuery } from '@apollo/client/react';
import { useEffect, useState } from 'react';
import { DecideDocument, InboxChangedDocument, InboxDocument } from './graphql/graphql.ts';

/** What others share with the caller, now and as it changes. Nothing is fetched again. */
export function Inbox() {
  const { data, error, subscribeToMore } = useQuery(InboxDocument);
  const [decide, decision] = useMutation(DecideDocument);

  const [attempt, setAttempt] = useState(0);
  useEffect(
    () =>
      subscribeToMore({
        document: InboxChangedDocument,
        updateQuery(_held, { complete, previousData, subscriptionData: { data: change } }) {
          if (!complete || !previousData.images || !change.sharedWithMeChanged) return undefined;
          return { ...previousData, images: { ...previousData.images, nodes: change.sharedWithMeChanged.images } };
        },
        // The stream is not opened again by itself.
        onError: () => void setTimeout(() => setAttempt(attempt + 1), 2_000),
      }),
    [subscribeToMore, attempt],
  );

  if (error) return <p role="alert">{error.message}</p>;
  if (!data) return <p>Loading…</p>;
  return (
    <>
      {decision.data?.updateMemberStatus.userErrors.map(({ code, message }) => (
        <p key={code} role="alert">
          {message}
        </p>
      ))}
      <ul>
        {data.images?.nodes.map(({ id, name, myMembership }) => {
          if (!myMembership) return null;
          return (
            <li key={id}>
              {name}: {myMembership.status}
              <button
                type="button"
                onClick={() => decide({ variables: { input: { imageId: id, status: 'ACCEPTED' } } })}
              >
                Accept {name}
              </button>
            </li>
          );
        })}
      </ul>
    </>
  );
}
