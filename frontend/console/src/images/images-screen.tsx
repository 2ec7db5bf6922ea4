import { useEffect, useState } from 'react';
import { Failure } from '../failure.tsx';
import { ImagesDocument, InboxChangedDocument } from '../graphql/graphql.ts';
import { count } from '../image-facts.ts';
import { useSubscribed } from '../live/use-subscribed.ts';
import { LoadMore } from '../load-more.tsx';
import { usePages } from '../pages.ts';
import { changeParams, navigate, useRoute } from '../route.ts';
import { useCaller } from '../session/session.ts';
import { ShareDialog } from '../share/share-dialog.tsx';
import { StopDialog } from '../share/stop-dialog.tsx';
import { Skeleton } from '../skeleton.tsx';
import { ImageTable } from './image-table.tsx';
import { isShareable, matches, readView, toVariables } from './images-view.ts';
import { SelectionBar } from './selection-bar.tsx';
import { Toolbar } from './toolbar.tsx';

/** The producer's side: images, who has access to them, and changing that. */
export function ImagesScreen() {
  const route = useRoute();
  const caller = useCaller();
  const view = readView(route.params, caller);
  const pages = usePages(ImagesDocument, toVariables(view, caller));
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  // While another view is read, the images of the last one are still there: no foreign ones under "Your images".
  const rows = pages.nodes?.filter(
    (image) => matches(image, view.search) && (view.allProjects || image.owner?.id === caller.projectId),
  );
  const { hasMore, loading, error, loadMore } = pages;

  // Images of others that the caller accepted are in this list.
  const others = view.allProjects ? ({ status: 'ACCEPTED' } as const) : null;
  useSubscribed(InboxChangedDocument, others, ({ sharedWithMeChanged }) => {
    if (sharedWithMeChanged?.changes.length) pages.refresh().catch(() => {});
  });

  // A search looks at all images, page by page.
  useEffect(() => {
    if (view.search !== '' && hasMore && !loading && !error) void loadMore();
  }, [view.search, hasMore, loading, error, loadMore]);

  function select(ids: readonly string[], on: boolean): void {
    const next = new Set(selected);
    for (const id of ids) on ? next.add(id) : next.delete(id);
    setSelected(next);
  }
  const closeDialog = () => navigate(changeParams(route, { share: null, stop: null }));
  const chosen = (pages.nodes ?? []).filter(({ id, ...image }) => selected.has(id) && isShareable(image));

  return (
    <>
      <Toolbar route={route} view={view} />
      <h2 className="unseen">List of images</h2>
      {caller.projectId === null && (
        <p className="hint">
          This gateway does not know your project, so the list shows every image that your token can see.
        </p>
      )}
      {error && <Failure error={error} onRetry={() => pages.refresh()} />}
      {rows === undefined && !error && <Skeleton rows={8} label="Loading images" />}
      {rows && rows.length > 0 && (
        <ImageTable rows={rows} route={route} view={view} selected={selected} onSelect={select} busy={loading} />
      )}
      {rows?.length === 0 && (
        <Nothing search={view.search} isFiltered={view.visibility !== null} loading={loading || hasMore} />
      )}
      <p className="hint" role="status">
        {rows && view.search !== '' && !hasMore && rows.length > 0 && `${count(rows.length, 'image')} found`}
        {rows && view.search !== '' && hasMore && `Searching… ${count(pages.nodes?.length ?? 0, 'image')} searched`}
      </p>
      {view.search === '' && <LoadMore pages={pages} />}
      {chosen.length > 0 && <SelectionBar route={route} chosen={chosen} onClear={() => setSelected(new Set())} />}
      {view.share && <ShareDialog key={view.share.join()} imageIds={view.share} onClose={closeDialog} />}
      {view.stop && <StopDialog key={view.stop.join()} imageIds={view.stop} onClose={closeDialog} />}
    </>
  );
}

interface NothingProps {
  readonly search: string;
  readonly isFiltered: boolean;
  readonly loading: boolean;
}

function Nothing({ search, isFiltered, loading }: NothingProps) {
  if (loading) return <Skeleton rows={8} label="Loading images" />;
  const [title, advice] = search
    ? [`No image matches “${search}”.`, 'The search matches names and the beginnings of ids.']
    : isFiltered
      ? ['No image with this visibility.', 'Choose another visibility above.']
      : ['No images yet.', 'Images that this project owns are listed here; upload one to share it.'];
  return (
    <div className="empty">
      <p>
        <strong>{title}</strong>
      </p>
      <p>{advice}</p>
    </div>
  );
}
