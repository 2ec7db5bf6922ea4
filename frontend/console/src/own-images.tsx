import { useMutation, useQuery } from '@apollo/client/react';
import { useRef, useState } from 'react';
import { applyChanges } from './apply-changes.ts';
import { keepParts } from './client.ts';
import { Failure } from './failure.tsx';
import {
  type ImageRowFragment,
  type MemberRowFragment,
  ShareDocument,
  SharedImagesDocument,
  type SharedImagesQuery,
  StopSharingDocument,
} from './graphql/graphql.ts';
import { ImageFacts, toTitle } from './image-facts.tsx';
import { LoadMore } from './load-more.tsx';
import { useProjectName } from './people.ts';
import { Project } from './project.tsx';
import { type Outcome, Results } from './results.tsx';
import { ShareForm } from './share-form.tsx';
import { StatusBadge } from './status-badge.tsx';

type OwnImage = NonNullable<SharedImagesQuery['images']>['nodes'][number];

/** The producer's side: the caller's shared images, whom they are shared with, and changing that. */
export function OwnImages() {
  const { data, error, loading, refetch, fetchMore } = useQuery(SharedImagesDocument, {
    fetchPolicy: 'cache-and-network',
    ...keepParts,
  });
  const [share] = useMutation(ShareDocument, keepParts);
  const [stopSharing] = useMutation(StopSharingDocument, keepParts);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const results = useRef<HTMLElement>(null);

  const nodes = data?.images?.nodes ?? [];
  const images = nodes.filter(({ myMembership }) => myMembership === null);
  const titles = new Map(images.map((image) => [image.id, toTitle(image)]));

  function choose(imageId: string, on: boolean): void {
    const next = new Set(chosen);
    if (on) next.add(imageId);
    else next.delete(imageId);
    setChosen(next);
  }

  /** Shares or stops sharing; every pair of image and project gets its own result. */
  async function change(what: 'share' | 'stop', imageIds: readonly string[], memberIds: readonly string[]) {
    setOutcome({ kind: 'busy', count: imageIds.length * memberIds.length });
    const variables = { imageIds, memberIds };
    const { data: answer, error: failed } =
      what === 'share'
        ? await share({
            variables,
            update: (cache, { data }) => applyChanges(cache, data?.createImageMembers.changes ?? []),
          })
        : await stopSharing({
            variables,
            update: (cache, { data }) => applyChanges(cache, data?.deleteImageMembers.changes ?? []),
          });
    const payload = answer && ('createImageMembers' in answer ? answer.createImageMembers : answer.deleteImageMembers);
    setOutcome({ kind: 'done', payload: payload ?? null, error: failed });
    results.current?.focus();
  }

  if (data === undefined && loading) return <p className="loading">Loading your images…</p>;
  return (
    <>
      <h2>Your images</h2>
      <p className="lead">
        Choose images, name projects, and share. A project decides for itself whether it accepts; until then it can use
        the image only by its id.
      </p>
      {error && <Failure error={error} onRetry={() => refetch()} />}
      {images.length > 0 && (
        <ShareForm
          imageIds={images.map(({ id }) => id).filter((id) => chosen.has(id))}
          onChange={(what, imageIds, memberIds) => change(what, imageIds, memberIds)}
        />
      )}
      <Results ref={results} outcome={outcome} titles={titles} />
      {images.length > 0 && (
        <p className="choose-all">
          <label>
            <input
              type="checkbox"
              checked={images.every(({ id }) => chosen.has(id))}
              onChange={(event) => setChosen(new Set(event.target.checked ? images.map(({ id }) => id) : []))}
            />
            Choose all {images.length} images
          </label>
        </p>
      )}
      <ul className="cards">
        {images.map((image) => (
          <ImageCard
            key={image.id}
            image={image}
            chosen={chosen.has(image.id)}
            onChoose={(on) => choose(image.id, on)}
            onRemove={(member) => change('stop', [image.id], [member.memberId])}
          />
        ))}
      </ul>
      {data?.images && images.length === 0 && (
        <p className="empty">You own no shared images. Only images with the visibility “shared” can have members.</p>
      )}
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

interface ImageCardProps {
  readonly image: OwnImage;
  readonly chosen: boolean;
  readonly onChoose: (on: boolean) => void;
  readonly onRemove: (member: MemberRowFragment) => void;
}

function ImageCard({ image, chosen, onChoose, onRemove }: ImageCardProps) {
  return (
    <li className={chosen ? 'card chosen' : 'card'}>
      <label className="card-title">
        <input type="checkbox" checked={chosen} onChange={(event) => onChoose(event.target.checked)} />
        <strong>{toTitle(image)}</strong>
      </label>
      <ImageFacts image={image} />
      <Members image={image} members={image.members} onRemove={onRemove} />
    </li>
  );
}

interface MembersProps {
  readonly image: ImageRowFragment;
  /** Null: they could not be read. */
  readonly members: readonly MemberRowFragment[] | null;
  readonly onRemove: (member: MemberRowFragment) => void;
}

function Members({ image, members, onRemove }: MembersProps) {
  if (members === null) return <p className="facts">Its members could not be read.</p>;
  if (members.length === 0) return <p className="facts">Shared with nobody.</p>;
  return (
    <ul className="members" aria-label={`Members of ${toTitle(image)}`}>
      {members.map((member) => (
        <li key={member.id}>
          <Project id={member.memberId} />
          <StatusBadge status={member.status} />
          <RemoveButton image={image} member={member} onRemove={onRemove} />
        </li>
      ))}
    </ul>
  );
}

interface RemoveButtonProps extends Pick<MembersProps, 'image' | 'onRemove'> {
  readonly member: MemberRowFragment;
}

function RemoveButton({ image, member, onRemove }: RemoveButtonProps) {
  const name = useProjectName(member.memberId) ?? member.memberId;
  return (
    <button
      type="button"
      className="remove"
      aria-label={`Stop sharing ${toTitle(image)} with ${name}`}
      title="Stop sharing"
      onClick={() => onRemove(member)}
    >
      ×
    </button>
  );
}
