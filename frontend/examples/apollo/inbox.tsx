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
          const member = myMembership?.imageMember;
          if (!member) return null;
          const { imageId, memberId, status } = member;
          return (
            <li key={id}>
              {name}: {status}
              <button
                type="button"
                onClick={() => decide({ variables: { input: { imageId, memberId, status: 'ACCEPTED' } } })}
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
