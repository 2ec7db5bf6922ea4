import { useEffect, useRef } from 'react';
import { InboxChangedDocument, type MemberStatus } from '../graphql/graphql.ts';
import { useSubscribed } from '../live/use-subscribed.ts';
import type { Pages } from '../pages.ts';
import type { Offer } from './offers.ts';
import { isSettling } from './use-decisions.ts';

/** Notifications of several decisions arrive up to half a second apart: only the last one shows them all. */
const settleMs = 1_000;

/** Reads the offers with one status again when others changed them. A decision of one's own moves nothing. */
export function useLiveOffers(status: MemberStatus, pages: Pages<Offer>): void {
  const latest = useRef(pages);
  useEffect(() => {
    latest.current = pages;
  }, [pages]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  useSubscribed(InboxChangedDocument, { status }, ({ sharedWithMeChanged }) => {
    const now = sharedWithMeChanged?.images.map(({ id }) => id);
    if (now === undefined) return;
    const compare = (): void => {
      if (isSettling()) {
        timer.current = setTimeout(compare, settleMs);
        return;
      }
      const { nodes, hasMore, refresh } = latest.current;
      const shown = nodes?.filter(({ myMembership }) => myMembership?.status === status).map(({ id }) => id);
      const expected = hasMore ? now.slice(0, shown?.length) : now;
      if (shown !== undefined && shown.join() !== expected.join()) refresh().catch(() => {});
    };
    clearTimeout(timer.current);
    timer.current = setTimeout(compare, settleMs);
  });
}
