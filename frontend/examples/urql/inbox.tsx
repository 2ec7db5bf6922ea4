import { useMutation, useQuery, useSubscription } from 'urql';
import {
  DecideDocument,
  InboxChangedDocument,
  type InboxChangedSubscription,
  InboxDocument,
} from './graphql/graphql.ts';

/** What others share with the caller. A decision has the list fetched again, and so has every change. */
export function Inbox() {
  const [{ data, error }, refetch] = useQuery({ query: InboxDocument });
  const [decision, decide] = useMutation(DecideDocument);
  // The first payload tells nothing new. Every other one may, the first after a lost connection too.
  useSubscription<InboxChangedSubscription, boolean>({ query: InboxChangedDocument }, (isFollowing = false) => {
    if (isFollowing) refetch({ requestPolicy: 'network-only' });
    return true;
  });

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
              <button type="button" onClick={() => decide({ input: { imageId: id, status: 'ACCEPTED' } })}>
                Accept {name}
              </button>
            </li>
          );
        })}
      </ul>
    </>
  );
}
