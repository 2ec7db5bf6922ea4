import { useQuery } from '@apollo/client/react';
import { useRef, useState } from 'react';
import { keepParts } from '../client.ts';
import { Failure } from '../failure.tsx';
import { ImageMembersDocument, type ImageMembersQuery, MembersChangedDocument } from '../graphql/graphql.ts';
import { count, toDay, toTitle } from '../image-facts.ts';
import { useSubscribed } from '../live/use-subscribed.ts';
import { Project } from '../project.tsx';
import { useProjectName } from '../projects.ts';
import { useRefresh } from '../refresh.ts';
import { isSame, useRemovals } from '../removal/removals.tsx';
import { useCaller } from '../session/session.ts';
import { Sheet } from '../sheet.tsx';
import { Skeleton } from '../skeleton.tsx';
import { StatusBadge } from '../status-badge.tsx';

type Image = NonNullable<ImageMembersQuery['image']>;
export type Member = NonNullable<Image['members']>[number];

/** Who has access to one image. Read when it is first shown; removed members keep their line, so nothing moves. */
export function Members({ imageId }: { readonly imageId: string }) {
  const { data, error, loading, refetch } = useQuery(ImageMembersDocument, {
    variables: { id: imageId },
    fetchPolicy: 'cache-and-network',
    nextFetchPolicy: 'cache-first',
    ...keepParts,
  });
  useRefresh(refetch);
  useSubscribed(MembersChangedDocument, { id: imageId }, ({ imageMembersChanged }) => {
    // The cache keeps what it has of an image that is gone.
    if (!imageMembersChanged?.image) refetch().catch(() => {});
  });
  const image = data?.image;
  const members = image?.members;
  const seen = useRef(new Map<string, Member>());
  for (const member of members ?? []) seen.current.set(member.memberId, member);

  if (!data && loading) return <Skeleton rows={2} label="Loading members" />;
  if (error && !members) return <Failure error={error} onRetry={() => refetch()} />;
  if (!image) return <p className="hint">This image no longer exists, or your token can no longer see it.</p>;
  const rows = [...seen.current.values()];
  return (
    <>
      <h3>
        Who has access <span className="count">{members?.length ?? 0}</span>
      </h3>
      {rows.length === 0 && <p className="hint">{describeNobody(image)}</p>}
      <ul className="members" aria-label={`Members of ${toTitle(image)}`}>
        {rows.map((member) => (
          <MemberLine
            key={member.memberId}
            image={image}
            member={member}
            isGone={!members?.some(({ memberId }) => memberId === member.memberId)}
          />
        ))}
      </ul>
    </>
  );
}

function describeNobody({ visibility }: Image): string {
  switch (visibility) {
    case 'PRIVATE':
      return 'Only its owner. Private images have no members.';
    case 'PUBLIC':
    case 'COMMUNITY':
      return 'Everyone in this cloud can use it.';
    default:
      return 'Not shared with anyone yet.';
  }
}

interface MemberLineProps {
  readonly image: Image;
  readonly member: Member;
  readonly isGone: boolean;
}

function MemberLine({ image, member, isGone }: MemberLineProps) {
  const { isAdmin, projectId } = useCaller();
  const { all, remove, undo } = useRemovals();
  const known = useProjectName(member.memberId);
  const name = member.project.name ?? known ?? member.memberId;
  const [asking, setAsking] = useState(false);
  const target = { imageId: image.id, memberId: member.memberId, imageTitle: toTitle(image) };
  const removal = all.find((other) => isSame(other, target));
  const isForeign = isAdmin && image.owner?.id !== projectId;
  const isLocked = isGone || (removal !== undefined && removal.state !== 'failed');

  return (
    <li className={isLocked ? 'leaving' : undefined}>
      <span className="member-name">
        <Project id={member.memberId} name={member.project.name} />
      </span>
      <span className="member-facts">
        {isGone ? (
          'no longer shared'
        ) : removal?.state === 'waiting' ? (
          <button type="button" className="link" onClick={() => undo(target)}>
            Undo
          </button>
        ) : removal?.state === 'writing' ? (
          'removing…'
        ) : (
          <>
            <StatusBadge status={member.status} />
            <span className="hint wide">since {toDay(member.createdAt)}</span>
          </>
        )}
      </span>
      <button
        type="button"
        className="icon remove"
        aria-label={`Stop sharing ${target.imageTitle} with ${name}`}
        aria-disabled={isLocked}
        onClick={() => {
          if (isLocked) return;
          if (isForeign) setAsking(true);
          else remove(target);
        }}
      >
        ✕
      </button>
      {removal?.state === 'failed' && <p className="mistake">{removal.message ?? 'It was not removed.'}</p>}
      {asking && (
        <Sheet title="Stop sharing another project’s image?" narrow onClose={() => setAsking(false)}>
          <p>
            You act as an administrator. This removes {count(1, 'member')} from {target.imageTitle}:{' '}
            <Project id={member.memberId} name={member.project.name} />.
          </p>
          <div className="row end">
            <button type="button" onClick={() => setAsking(false)}>
              Cancel
            </button>
            <button
              type="button"
              className="danger"
              onClick={() => {
                setAsking(false);
                remove(target);
              }}
            >
              Remove {count(1, 'member')}
            </button>
          </div>
        </Sheet>
      )}
    </li>
  );
}
