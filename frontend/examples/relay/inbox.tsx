import { graphql, useLazyLoadQuery, useMutation, useSubscription } from 'react-relay';
import type { GraphQLSubscriptionConfig } from 'relay-runtime';
import type { inboxChangedSubscription } from './__generated__/inboxChangedSubscription.graphql.ts';
import type { inboxDecideMutation } from './__generated__/inboxDecideMutation.graphql.ts';
import type { inboxQuery } from './__generated__/inboxQuery.graphql.ts';

/** What others share with the caller, now and as it changes. Nothing is fetched again. */
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
  useSubscription(inboxChanged);
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

/** Puts the images of each payload in the place of those that the list holds. */
const inboxChanged: GraphQLSubscriptionConfig<inboxChangedSubscription> = {
  subscription: graphql`
    subscription inboxChangedSubscription {
      sharedWithMeChanged(memberStatus: ALL) {
        images {
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
  variables: {},
  updater(store) {
    const images = store.getRootField('sharedWithMeChanged')?.getLinkedRecords('images');
    const list = store.getRoot().getLinkedRecord('images', {
      first: 50,
      filter: { sharedWithMe: true, memberStatus: 'ALL' },
    });
    if (images) list?.setLinkedRecords(images, 'nodes');
  },
};
