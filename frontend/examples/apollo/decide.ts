import type { ApolloClient, Reference } from '@apollo/client';
import { DecideDocument, type MemberStatus } from './graphql/graphql.ts';

/** The field of the cache that holds a page of images, as `relayStylePagination` keeps it. */
interface Pages {
  readonly edges: readonly { readonly node: Reference }[];
}

/** Decides on an image, and takes it out of the list of pending ones: lists do not change by themselves. */
export function decide(client: ApolloClient, imageId: string, status: MemberStatus) {
  return client.mutate({
    mutation: DecideDocument,
    variables: { input: { imageId, status } },
    update(cache, { data }) {
      if (!data?.updateMemberStatus.imageMember) return;
      cache.modify<{ images: Pages }>({
        fields: {
          images(pages, { storeFieldName, readField }) {
            if (!('edges' in pages) || !storeFieldName.includes('"memberStatus":"PENDING"')) return pages;
            return { ...pages, edges: pages.edges.filter(({ node }) => readField('id', node) !== imageId) };
          },
        },
      });
    },
  });
}
