import { useMutation } from '@apollo/client/react';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { applyChanges } from '../apply-changes.ts';
import { keepParts } from '../client.ts';
import { ShareDocument } from '../graphql/graphql.ts';
import { count, toTitle } from '../image-facts.ts';
import { useKnownProjects } from '../projects.ts';
import { announceChange } from '../refresh.ts';
import { useCaller } from '../session/session.ts';
import { Sheet } from '../sheet.tsx';
import { Access } from './access.tsx';
import { ConsumerNote, toNote } from './consumer-note.tsx';
import { useDraft } from './draft.ts';
import { isDone, isFailed, mergeOutcomes, type Outcome, toOutcome } from './outcome.ts';
import { OutcomeReport } from './outcome-report.tsx';
import { parseProjects } from './parse-projects.ts';
import { ProjectField } from './project-field.tsx';
import { type Target, type Targets, useTargets } from './targets.ts';

interface ShareDialogProps {
  readonly imageIds: readonly string[];
  readonly onClose: () => void;
}

/** Shares one or many images with any number of projects. */
export function ShareDialog({ imageIds, onClose }: ShareDialogProps) {
  const targets = useTargets(imageIds);
  const known = useKnownProjects();
  const caller = useCaller();
  const [draft, setDraft] = useDraft(imageIds);
  const [share, { loading }] = useMutation(ShareDocument, keepParts);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [mistake, setMistake] = useState<string | null>(null);
  const [makeShared, setMakeShared] = useState(true);
  const report = useRef<HTMLElement>(null);
  useEffect(() => {
    if (outcome) report.current?.focus();
  }, [outcome]);
  const owners = [...new Set(targets.images.flatMap(({ owner }) => owner?.id ?? []))];
  if (!caller.isAdmin && caller.projectId !== null) owners.push(caller.projectId);
  const typed = parseProjects(draft.text, known).ids.filter((id) => !owners.includes(id));
  const memberIds = [...new Set([...draft.ids, ...typed])];
  const titles = new Map(targets.images.map((image) => [image.id, toTitle(image)]));
  const privates = targets.images.filter(({ visibility }) => visibility === 'PRIVATE');

  async function send(images: readonly string[], projects: readonly string[], previous: Outcome | null): Promise<void> {
    const { data, error } = await share({
      variables: { imageIds: images, memberIds: projects, makeShared: makeShared && privates.length > 0 },
      update: (cache, { data }) => applyChanges(cache, data?.createImageMembers.changes ?? []),
    });
    const result = toOutcome(data?.createImageMembers, error);
    setOutcome(previous ? mergeOutcomes(previous, result) : result);
    targets.update();
    if (result.pairs.some(isDone)) {
      announceChange();
      setDraft({ ids: [], text: '' });
    }
  }

  function submit(event?: FormEvent): void {
    event?.preventDefault();
    if (loading) return;
    setMistake(memberIds.length === 0 ? 'Enter at least one project.' : null);
    if (memberIds.length > 0) void send(imageIds, memberIds, null);
  }

  const failed = outcome?.pairs.filter(isFailed) ?? [];
  const shared = outcome?.pairs.filter(isDone) ?? [];
  const noted = imageIds
    .filter((id) => shared.some(({ imageId }) => imageId === id))
    .map((id) => ({ id, title: titles.get(id) ?? id }));
  const names = [...new Set(shared.map(({ memberId }) => known.find(({ id }) => id === memberId)?.name ?? memberId))];
  const [first] = targets.images;
  const title = imageIds.length > 1 ? count(imageIds.length, 'image') : first ? toTitle(first) : 'image';

  return (
    <Sheet title={`Share ${title}`} onClose={onClose}>
      <form onSubmit={submit}>
        <ProjectField draft={draft} onChange={setDraft} owners={owners} onDone={submit} />
        {privates.length > 0 && (
          <label className="check">
            <input type="checkbox" checked={makeShared} onChange={(event) => setMakeShared(event.target.checked)} />
            Make {count(privates.length, 'private image')} shareable first; private images have no members
          </label>
        )}
        <div className="row">
          <button type="submit" className="primary" aria-disabled={loading}>
            {loading ? 'Sharing…' : 'Share'}
          </button>
          <p className="hint" role="status">
            {preview(imageIds, memberIds, targets)}
          </p>
        </div>
        <p className="mistake" role="alert">
          {mistake}
        </p>
      </form>
      {outcome && (
        <OutcomeReport ref={report} outcome={outcome} action="share" titles={titles}>
          {failed.length > 0 && (
            <button type="button" aria-disabled={loading} onClick={() => !loading && retry(failed, outcome, send)}>
              {loading ? 'Trying again…' : `Retry ${failed.length} failed`}
            </button>
          )}
          {noted.length > 0 && <ConsumerNote note={toNote(noted, names, location.href)} />}
          <button type="button" onClick={onClose}>
            Done
          </button>
        </OutcomeReport>
      )}
      <Access imageIds={imageIds} targets={targets} />
    </Sheet>
  );
}

/** One call for all that failed; pairs between them that were shared before stay as they are. */
function retry(
  failed: readonly { readonly imageId: string; readonly memberId: string }[],
  outcome: Outcome,
  send: (images: readonly string[], projects: readonly string[], previous: Outcome) => Promise<void>,
): void {
  const images = [...new Set(failed.map(({ imageId }) => imageId))];
  const projects = [...new Set(failed.map(({ memberId }) => memberId))];
  void send(images, projects, outcome);
}

/** What will be done, as far as the members are known: `6 new, 3 already shared`. */
function preview(imageIds: readonly string[], memberIds: readonly string[], { images, done }: Targets): string {
  if (memberIds.length === 0) return '';
  const isMember = (image: Target, id: string) => image.members?.some((member) => member.memberId === id) === true;
  const already = images.reduce((sum, image) => sum + memberIds.filter((id) => isMember(image, id)).length, 0);
  const fresh = imageIds.length * memberIds.length - already;
  if (done < imageIds.length && images.length === 0) return `${fresh} to share, checking who has access…`;
  const unread = imageIds.length - images.filter(({ members }) => members !== null).length;
  const told = `${fresh} new${already > 0 ? `, ${already} already shared` : ''}`;
  return unread > 0 ? `${told}; ${count(unread, 'image')} not checked yet` : told;
}
