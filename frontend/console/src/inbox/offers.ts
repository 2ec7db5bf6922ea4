import type { MemberStatus, OfferFragment } from '../graphql/graphql.ts';
import type { Pages } from '../pages.ts';

export type Offer = OfferFragment;

/** A decision: the status that it sets, what its button says, and what is said when it is done. */
export interface Choice {
  readonly status: MemberStatus;
  readonly verb: string;
}

const accept: Choice = { status: 'ACCEPTED', verb: 'Accept' };
const reject: Choice = { status: 'REJECTED', verb: 'Reject' };
const postpone: Choice = { status: 'PENDING', verb: 'Decide later' };

/** What can be decided about an offer with this status. */
export const choices: Readonly<Record<MemberStatus, readonly Choice[]>> = {
  PENDING: [accept, reject],
  ACCEPTED: [postpone, reject],
  REJECTED: [accept, postpone],
};

/** What a status means for the consumer. */
export const meanings: Readonly<Record<MemberStatus, string>> = {
  PENDING: 'Not in your image list; usable by id.',
  ACCEPTED: 'In your image list.',
  REJECTED: 'Not in your image list; usable by id.',
};

/** How many offers wait for a decision; `50+` where more follow. */
export function countPending({ nodes, hasMore }: Pages<Offer>): string {
  const waiting = (nodes ?? []).filter(({ myMembership }) => myMembership?.status === 'PENDING').length;
  return `${waiting}${hasMore && waiting > 0 ? '+' : ''}`;
}
