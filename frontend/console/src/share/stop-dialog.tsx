import { useMutation } from '@apollo/client/react';
import { useEffect, useRef, useState } from 'react';
import { applyChanges } from '../apply-changes.ts';
import { keepParts } from '../client.ts';
import { StopSharingDocument } from '../graphql/graphql.ts';
import { count, toTitle } from '../image-facts.ts';
import { Project } from '../project.tsx';
import { announceChange } from '../refresh.ts';
import { useCaller } from '../session/session.ts';
import { Sheet } from '../sheet.tsx';
import { Skeleton } from '../skeleton.tsx';
import { groupByProject } from './access.tsx';
import { type Outcome, toOutcome } from './outcome.ts';
import { OutcomeReport } from './outcome-report.tsx';
import { useTargets } from './targets.ts';

interface StopDialogProps {
  readonly imageIds: readonly string[];
  readonly onClose: () => void;
}

/** Asks once which projects are to lose access to the images, and says how many memberships end. */
export function StopDialog({ imageIds, onClose }: StopDialogProps) {
  const targets = useTargets(imageIds);
  const { isAdmin, projectId } = useCaller();
  const [stop, { loading }] = useMutation(StopSharingDocument, keepParts);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const report = useRef<HTMLElement>(null);
  useEffect(() => {
    if (outcome) report.current?.focus();
  }, [outcome]);
  const projects = groupByProject(targets);
  const affected = projects.filter(({ id }) => chosen.has(id));
  const memberships = affected.reduce((sum, { imageIds: accessible }) => sum + accessible.length, 0);
  const isReading = targets.done < imageIds.length;
  const isForeign = isAdmin && targets.images.some(({ owner }) => owner?.id !== projectId);
  const titles = new Map(targets.images.map((image) => [image.id, toTitle(image)]));

  function choose(id: string, on: boolean): void {
    const next = new Set(chosen);
    if (on) next.add(id);
    else next.delete(id);
    setChosen(next);
  }

  async function send(): Promise<void> {
    if (loading || memberships === 0) return;
    const { data, error } = await stop({
      variables: {
        imageIds: [...new Set(affected.flatMap(({ imageIds: accessible }) => accessible))],
        memberIds: affected.map(({ id }) => id),
      },
      update: (cache, { data }) => applyChanges(cache, data?.deleteImageMembers.changes ?? []),
    });
    setOutcome(toOutcome(data?.deleteImageMembers, error));
    setChosen(new Set());
    targets.update();
    announceChange();
  }

  return (
    <Sheet title={`Stop sharing ${count(imageIds.length, 'image')}`} onClose={onClose}>
      {isForeign && (
        <p className="warning">You act as an administrator: some of these images belong to other projects.</p>
      )}
      <p>Choose the projects that should lose access. Servers that they already started keep running.</p>
      {isReading && projects.length === 0 && <Skeleton rows={3} label="Loading members" />}
      {!isReading && projects.length === 0 && <p className="hint">These images are not shared with anyone.</p>}
      <ul className="members" aria-label="Projects">
        {projects.map(({ id, name, imageIds: accessible }) => (
          <li key={id}>
            <label className="check">
              <input type="checkbox" checked={chosen.has(id)} onChange={(event) => choose(id, event.target.checked)} />
              <span className="member-name">
                <Project id={id} name={name} />
              </span>
            </label>
            <span className="hint">{count(accessible.length, 'image')}</span>
          </li>
        ))}
      </ul>
      {outcome && (
        <OutcomeReport ref={report} outcome={outcome} action="stop" titles={titles}>
          <button type="button" onClick={onClose}>
            Done
          </button>
        </OutcomeReport>
      )}
      <div className="row end">
        {isReading && (
          <p className="hint" role="status">
            Loaded {targets.done} of {count(imageIds.length, 'image')}
          </p>
        )}
        <button type="button" onClick={onClose}>
          Cancel
        </button>
        <button
          type="button"
          className="danger"
          aria-disabled={loading || memberships === 0}
          onClick={() => void send()}
        >
          {loading ? 'Removing…' : `Remove ${count(memberships, 'member')}`}
        </button>
      </div>
    </Sheet>
  );
}
