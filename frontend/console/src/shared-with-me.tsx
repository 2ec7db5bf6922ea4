import { useMutation, useQuery } from '@apollo/client/react';
import { useId, useRef, useState } from 'react';
import { keepParts } from './client.ts';
import { Failure, toProblems } from './failure.tsx';
import { DecideDocument, type MemberStatus, SharedWithMeDocument, type SharedWithMeQuery } from './graphql/graphql.ts';
import { ImageFacts, toTitle } from './image-facts.tsx';
import { LoadMore } from './load-more.tsx';
import { Project } from './project.tsx';

type SharedImage = NonNullable<SharedWithMeQuery['images']>['nodes'][number];

/** A decision: the status it sets, what its button says, and what is said when it is done. */
interface Choice {
  readonly status: MemberStatus;
  readonly verb: string;
  readonly done: string;
}

const accept: Choice = { status: 'ACCEPTED', verb: 'Accept', done: 'is in your image list now' };
const reject: Choice = { status: 'REJECTED', verb: 'Reject', done: 'is rejected' };
const hide: Choice = { status: 'PENDING', verb: 'Hide', done: 'is out of your image list, to be decided again' };
const postpone: Choice = { status: 'PENDING', verb: 'Decide later', done: 'is to be decided again' };

interface Group {
  readonly status: MemberStatus;
  readonly title: string;
  readonly explained: string;
  readonly empty: string;
  readonly choices: readonly Choice[];
}

const groups: readonly Group[] = [
  {
    status: 'PENDING',
    title: 'To decide',
    explained: 'Not in your image list. You can use them by their id.',
    empty: 'Nothing to decide.',
    choices: [accept, reject],
  },
  {
    status: 'ACCEPTED',
    title: 'Accepted',
    explained: 'In your image list.',
    empty: 'You have accepted no image.',
    choices: [hide, reject],
  },
  {
    status: 'REJECTED',
    title: 'Rejected',
    explained: 'Not in your image list.',
    empty: 'You have rejected no image.',
    choices: [accept, postpone],
  },
];

/**
 * The consumer's side. One list holds everything, and the caller's own status tells where an image stands: a decision
 * changes the membership in the cache, and so the image moves without anything being fetched again.
 */
export function SharedWithMe() {
  const { data, error, loading, refetch, fetchMore } = useQuery(SharedWithMeDocument, {
    fetchPolicy: 'cache-and-network',
    ...keepParts,
  });
  const [decide, { loading: deciding }] = useMutation(DecideDocument, keepParts);
  const [notice, setNotice] = useState<{ readonly text: string; readonly bad: boolean } | null>(null);
  const noticeBox = useRef<HTMLParagraphElement>(null);

  async function change(image: SharedImage, memberId: string, { status, done }: Choice) {
    const { data: answer, error: failed } = await decide({ variables: { imageId: image.id, memberId, status } });
    const problems = [...(answer?.updateMemberStatus.userErrors ?? []), ...(failed ? toProblems(failed) : [])];
    const told = problems.map(({ message }) => message).join(' ');
    setNotice(told ? { text: told, bad: true } : { text: `${toTitle(image)} ${done}.`, bad: false });
    // The button is gone with its row: whoever uses the keyboard goes on from here.
    noticeBox.current?.focus();
  }

  if (data === undefined && loading) return <p className="loading">Loading what is shared with you…</p>;
  const images = data?.images?.nodes ?? [];
  return (
    <>
      <h2>Shared with you</h2>
      {error && <Failure error={error} onRetry={() => refetch()} />}
      <p ref={noticeBox} className={notice?.bad ? 'notice bad' : 'notice'} role="status" tabIndex={-1}>
        {notice?.text}
      </p>
      {data?.images &&
        groups.map((group) => (
          <ImageGroup
            key={group.status}
            group={group}
            images={images.filter((image) => statusOf(image) === group.status)}
            busy={deciding}
            onDecide={change}
          />
        ))}
      <LoadMore
        pageInfo={data?.images?.pageInfo}
        onLoad={(after) =>
          fetchMore({
            variables: { after },
            updateQuery: (held, { fetchMoreResult: { images: more } }) => ({
              images: more && { ...more, nodes: [...(held.images?.nodes ?? []), ...more.nodes] },
            }),
          })
        }
      />
    </>
  );
}

/** The membership is kept once in the cache, and a decision changes it there; the bare status is as it was read. */
function statusOf({ myMembership }: SharedImage): MemberStatus | undefined {
  return myMembership?.status;
}

interface ImageGroupProps {
  readonly group: Group;
  readonly images: readonly SharedImage[];
  readonly busy: boolean;
  readonly onDecide: (image: SharedImage, memberId: string, choice: Choice) => void;
}

function ImageGroup({ group, images, busy, onDecide }: ImageGroupProps) {
  const titleId = useId();
  return (
    <section aria-labelledby={titleId} className="group">
      <h3 id={titleId}>
        {group.title} <span className="count">{images.length}</span>
      </h3>
      <p className="hint">{images.length === 0 ? group.empty : group.explained}</p>
      <ul className="cards">
        {images.map((image) => {
          const memberId = image.myMembership?.memberId;
          return (
            <li key={image.id} className="card decision">
              <div>
                <strong>{toTitle(image)}</strong>
                <p className="facts">
                  {image.owner ? (
                    <>
                      from <Project id={image.owner.id} />
                    </>
                  ) : (
                    'without an owner'
                  )}
                  {image.myMembership && `, ${toDay(image.myMembership.createdAt)}`}
                </p>
                <ImageFacts image={image} />
              </div>
              <div className="row">
                {memberId !== undefined &&
                  group.choices.map((choice) => (
                    <button
                      key={choice.status}
                      type="button"
                      className={choice.status === 'ACCEPTED' ? 'primary' : undefined}
                      disabled={busy}
                      aria-label={`${choice.verb} ${toTitle(image)}`}
                      onClick={() => onDecide(image, memberId, choice)}
                    >
                      {choice.verb}
                    </button>
                  ))}
              </div>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function toDay(instant: string): string {
  return new Date(instant).toLocaleDateString('en', {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  });
}
