import type { ImagesQuery } from '../graphql/graphql.ts';
import { changeParams, navigate, type Route } from '../route.ts';
import { ImageLines } from './image-lines.tsx';
import { type ImagesView, isShareable, sorts } from './images-view.ts';

export type ImageRow = NonNullable<ImagesQuery['images']>['nodes'][number];

interface ImageTableProps {
  readonly rows: readonly ImageRow[];
  readonly route: Route;
  readonly view: ImagesView;
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (ids: readonly string[], on: boolean) => void;
  readonly busy: boolean;
}

/** The images, a line each; members below those that are open. */
export function ImageTable({ rows, route, view, selected, onSelect, busy }: ImageTableProps) {
  const shareable = rows.filter(isShareable).map(({ id }) => id);
  const chosen = shareable.filter((id) => selected.has(id)).length;
  return (
    <table className="images" aria-label="Images" aria-busy={busy}>
      <thead>
        <tr>
          <th scope="col" className="tick">
            <label className="target">
              <input
                type="checkbox"
                aria-label="Select all images that can be shared"
                checked={chosen > 0 && chosen === shareable.length}
                ref={(box) => {
                  if (box) box.indeterminate = chosen > 0 && chosen < shareable.length;
                }}
                onChange={(event) => onSelect(shareable, event.target.checked)}
              />
            </label>
          </th>
          <SortHeader sort={sorts[0]} route={route} view={view} />
          {view.allProjects && <th scope="col">Owner</th>}
          <th scope="col">Visibility</th>
          {sorts.slice(1).map((sort) => (
            <SortHeader key={sort.field} sort={sort} route={route} view={view} />
          ))}
          <th scope="col">
            <span className="unseen">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody id="list" tabIndex={-1}>
        {rows.map((image) => (
          <ImageLines
            key={image.id}
            image={image}
            route={route}
            showsOwner={view.allProjects}
            isOpen={view.open.includes(image.id)}
            isSelected={selected.has(image.id)}
            onSelect={(on) => onSelect([image.id], on)}
            onToggle={() => toggle(route, view, image.id)}
          />
        ))}
      </tbody>
    </table>
  );
}

function toggle(route: Route, { open }: ImagesView, id: string): void {
  const next = open.includes(id) ? open.filter((other) => other !== id) : [...open, id];
  navigate(changeParams(route, { open: next.join(',') || null }), true);
}

interface SortHeaderProps {
  readonly sort: (typeof sorts)[number];
  readonly route: Route;
  readonly view: ImagesView;
}

function SortHeader({ sort, route, view }: SortHeaderProps) {
  const isCurrent = view.sort === sort.field;
  const ascending = view.direction === 'ASC';
  const next = !isCurrent ? sort.first : ascending ? 'DESC' : 'ASC';
  return (
    <th
      scope="col"
      className={sort.field.toLowerCase()}
      aria-sort={isCurrent ? (ascending ? 'ascending' : 'descending') : undefined}
    >
      <button
        type="button"
        className="sort"
        onClick={() => navigate(changeParams(route, { sort: `${sort.field}-${next}`.toLowerCase() }))}
      >
        {sort.label}
        <span aria-hidden="true">{isCurrent ? (ascending ? ' ↑' : ' ↓') : ''}</span>
      </button>
    </th>
  );
}
