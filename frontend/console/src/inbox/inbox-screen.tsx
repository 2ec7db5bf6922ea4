import { InboxDocument, type InboxQuery, type MemberStatus } from '../graphql/graphql.ts';
import { type Pages, usePages } from '../pages.ts';
import { changeParams, useRoute } from '../route.ts';
import { FindOffer } from './find-offer.tsx';
import { OfferList } from './offer-list.tsx';
import { countPending } from './offers.ts';
import { useLiveOffers } from './use-live-offers.ts';

export type InboxPages = Pages<NonNullable<InboxQuery['images']>['nodes'][number]>;

const tabs: readonly { readonly status: MemberStatus; readonly label: string }[] = [
  { status: 'PENDING', label: 'To decide' },
  { status: 'ACCEPTED', label: 'Accepted' },
  { status: 'REJECTED', label: 'Rejected' },
];

/** The consumer's side: what other projects share with the caller, by the caller's own status. */
export function InboxScreen({ pending }: { readonly pending: InboxPages }) {
  const route = useRoute();
  const wanted = route.params.get('status')?.toUpperCase();
  const status = tabs.find((tab) => tab.status === wanted)?.status ?? 'PENDING';
  const waiting = countPending(pending);
  return (
    <>
      <div className="toolbar">
        <h1>Inbox</h1>
        <nav className="segments" aria-label="Status">
          {tabs.map((tab) => (
            <a
              key={tab.status}
              href={changeParams(route, { status: tab.status.toLowerCase(), image: null })}
              aria-current={tab.status === status ? 'true' : undefined}
            >
              {tab.label}
              {tab.status === 'PENDING' && waiting !== '0' && <span className="count">{waiting}</span>}
            </a>
          ))}
        </nav>
        <FindOffer key={route.params.get('image')} route={route} />
      </div>
      {status === 'PENDING' ? (
        <OfferList key="PENDING" status="PENDING" pages={pending} />
      ) : (
        <DecidedOffers key={status} status={status} />
      )}
    </>
  );
}

function DecidedOffers({ status }: { readonly status: 'ACCEPTED' | 'REJECTED' }) {
  const pages = usePages(InboxDocument, { status });
  useLiveOffers(status, pages);
  return <OfferList status={status} pages={pages} />;
}
