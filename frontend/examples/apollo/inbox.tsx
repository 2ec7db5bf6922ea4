import { useMutation, useQuery } from '@apollo/client/react';
import { DecideDocument, InboxDocument } from './graphql/graphql.ts';

/** What others share with the caller. A decision changes the list; nothing is fetched again. */
export function Inbox() {
  const { data, error } = useQuery(InboxDocument);
  const [decide, decision] = useMutation(DecideDocument);

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
