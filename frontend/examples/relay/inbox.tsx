import { graphql, useLazyLoadQuery, useMutation } from 'react-relay';
import type { inboxDecideMutation } from './__generated__/inboxDecideMutation.graphql.ts';
import type { inboxQuery } from './__generated__/inboxQuery.graphql.ts';

/** What others share with the caller. A decision changes the list; nothing is fetched again. */
export function Inbox() {
  const { images } = useLazyLoadQuery<inboxQuery>(
    graphql`
      query inboxQuery {
        images(first: 50, filter: { sharedWithMe: true, memberStatus: ALL }) {
          nodes {
            id
            name
            myMembership {
              id
              status
            }
          }
        }
      }
    `,
    {},
  );
  const [decide] = useMutation<inboxDecideMutation>(graphql`
    mutation inboxDecideMutation($input: UpdateMemberStatusInput!) {
      updateMemberStatus(input: $input) {
        imageMember {
          id
          status
        }
        userErrors {
          code
          message
        }
      }
    }
  `);
  return (
    <ul>
      {images?.nodes.map(({ id, name, myMembership }) => {
        if (!myMembership) return null;
        return (
          <li key={id}>
            {name}: {myMembership.status}
            <button type="button" onClick={() => decide({ variables: { input: { imageId: id, status: 'ACCEPTED' } } })}>
              Accept {name}
            </button>
          </li>
        );
      })}
    </ul>
  );
}
