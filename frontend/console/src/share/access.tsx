import type { MemberStatus } from '../graphql/graphql.ts';
import { Members } from '../images/members.tsx';
import { Project } from '../project.tsx';
import { Skeleton } from '../skeleton.tsx';
import { StatusBadge } from '../status-badge.tsx';
import type { Targets } from './targets.ts';

interface AccessProps {
  readonly imageIds: readonly string[];
  readonly targets: Targets;
}

/** A project with access to some of several images. */
export interface ProjectAccess {
  readonly id: string;
  readonly name: string | null;
  readonly imageIds: readonly string[];
  readonly statuses: readonly MemberStatus[];
}

/** The projects that have access to any of the images, by id. */
export function groupByProject({ images }: Targets): readonly ProjectAccess[] {
  const projects = new Map<string, ProjectAccess>();
  for (const image of images) {
    for (const { memberId, status, project } of image.members ?? []) {
      const held = projects.get(memberId);
      projects.set(memberId, {
        id: memberId,
        name: project.name,
        imageIds: [...(held?.imageIds ?? []), image.id],
        statuses: [...new Set([...(held?.statuses ?? []), status])],
      });
    }
  }
  return [...projects.values()];
}

/** Who has access to the images of the dialog. */
export function Access({ imageIds, targets }: AccessProps) {
  const [only] = imageIds;
  if (imageIds.length === 1 && only) return <Members imageId={only} />;
  const projects = groupByProject(targets);
  const isReading = targets.done < imageIds.length;
  return (
    <>
      <h3>
        Who has access <span className="count">{projects.length}</span>
        {isReading && (
          <span className="hint">
            {' '}
            loaded {targets.done} of {imageIds.length} images
          </span>
        )}
      </h3>
      {projects.length === 0 && isReading && <Skeleton rows={2} label="Loading members" />}
      {projects.length === 0 && !isReading && <p className="hint">Not shared with anyone yet.</p>}
      <ul className="members" aria-label="Who has access">
        {projects.map(({ id, name, imageIds: accessible, statuses }) => (
          <li key={id}>
            <span className="member-name">
              <Project id={id} name={name} />
            </span>
            <span className="member-facts">
              {statuses.map((status) => (
                <StatusBadge key={status} status={status} />
              ))}
              <span className="hint">
                {accessible.length} of {imageIds.length} images
              </span>
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
