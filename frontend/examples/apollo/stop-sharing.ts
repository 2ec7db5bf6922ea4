import type { ApolloClient } from '@apollo/client';
import { StopSharingDocument } from './graphql/graphql.ts';

/** Stops sharing an image with a project, and takes the member out of every list in the cache. */
export function stopSharing(client: ApolloClient, imageId: string, memberId: string) {
  return client.mutate({
    mutation: StopSharingDocument,
    variables: { input: { imageId, memberId } },
    update(cache, { data }) {
      const id = data?.deleteImageMember.deletedImageMemberId;
      if (id) cache.evict({ id: `ImageMember:${id}` });
    },
  });
}
