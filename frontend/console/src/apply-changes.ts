import type { ApolloCache, Reference } from '@apollo/client';
import type { ChangeRowFragment } from './graphql/graphql.ts';

/**
 * Brings the member lists in the cache up to date after a bulk mutation, from its payload: nothing is read again. A
 * member whose status changed needs none of this, because it is stored once, under its id.
 */
export function applyChanges(cache: ApolloCache, changes: readonly ChangeRowFragment[]): void {
  for (const { imageId, memberId, outcome, imageMember } of changes) {
    if (outcome !== 'DONE' && outcome !== 'UNCHANGED') continue;
    const id = cache.identify({ __typename: 'Image', id: imageId });
    if (id === undefined) continue;
    cache.modify<{ members: readonly Reference[] | null }>({
      id,
      fields: {
        members(held, { readField, toReference }) {
          const rows = held ?? [];
          const isMember = rows.some((row) => readField('memberId', row as Reference) === memberId);
          if (imageMember === null) return rows.filter((row) => readField('memberId', row as Reference) !== memberId);
          const added = isMember ? undefined : toReference(imageMember);
          return added === undefined ? rows : [...rows, added];
        },
      },
    });
  }
}
