import { useMutation, useQuery } from 'urql';
import { DecideDocument, InboxDocument } from './graphql/graphql.ts';

/** What others share with the caller. A decision has the list fetched again. */
export function Inbox() {
  const [{ data, error }] = useQuery({ query: InboxDocument });
  const [decision, decide] = useMutation(DecideDocument);

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
