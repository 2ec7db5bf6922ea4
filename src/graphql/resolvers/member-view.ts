import type { View } from '../../live/view.ts';
import { KeptReads } from '../../upstream/kept-reads.ts';
import type { ImageMember } from '../../upstream/model.ts';
import { mayBeSameId } from '../../upstream/same-id.ts';
import type { GatewayContext } from '../context.ts';
import { type MemberList, noMembers } from '../data/loaders.ts';
import type { ImageMemberEventModel } from '../models.ts';

/** The members of an image, as a token sees them. */
export interface MembersState {
  /** Null where the token cannot see the image. */
  readonly members: MemberList | null;
  /** What else is read for payloads that show this state. */
  readonly reads: KeptReads;
}

/** The view behind `imageMembersChanged`. One call for each read, unless the image is not shared or cannot be seen. */
export function createMemberView(imageId: string): View<GatewayContext, MembersState> {
  return {
    key: `members ${imageId}`,
    async read({ loaders }) {
      const reads = new KeptReads();
      const members = await loaders.memberList(imageId);
      if (members !== null) return { members, reads };
      // A token without a project sees public images, and is told of no list of members.
      return { members: (await loaders.image(imageId)) === null ? null : noMembers, reads };
    },
    isSame: (one, other) =>
      (one.members === null) === (other.members === null) && diff(one, other).next().done === true,
    concerns: (hint) => mayBeSameId(hint.imageId, imageId),
  };
}

/** What changed between two states of the members of an image. */
export function toMemberEvents(imageId: string, before: MembersState | null, now: MembersState) {
  if (before === null) return [];
  return [...diff(before, now)].map((event): ImageMemberEventModel => ({ imageId, ...event }));
}

type MemberEvent = Pick<ImageMemberEventModel, 'action' | 'memberId' | 'row'> & { readonly imageId?: string };

function* diff(before: MembersState, now: MembersState): Generator<MemberEvent> {
  const old = byMember(before);
  const current = byMember(now);
  for (const [memberId, row] of current) {
    const was = old.get(memberId);
    if (was?.status !== row.status) {
      yield { action: was === undefined ? 'ADDED' : 'UPDATED', imageId: row.imageId, memberId, row };
    }
  }
  for (const [memberId, { imageId }] of old) if (!current.has(memberId)) yield { action: 'REMOVED', imageId, memberId };
}

/** A project that is listed twice has the status of the row that was changed last. */
function byMember({ members }: MembersState): ReadonlyMap<string, ImageMember> {
  const rows = [...(members?.rows ?? [])].sort((a, b) => (a.updatedAt < b.updatedAt ? -1 : 1));
  return new Map(rows.map((row) => [row.memberId, row]));
}
