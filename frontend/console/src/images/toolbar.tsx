import { changeParams, navigate, type Route } from '../route.ts';
import { useCaller } from '../session/session.ts';
import { type ImagesView, sorts } from './images-view.ts';

interface ToolbarProps {
  readonly route: Route;
  readonly view: ImagesView;
}

/** What is shown: whose images, which of them, and in which order. */
export function Toolbar({ route, view }: ToolbarProps) {
  const { isAdmin, projectId } = useCaller();
  const change = (changes: Readonly<Record<string, string | null>>, replace = false) =>
    navigate(changeParams(route, changes), replace);
  return (
    <div className="toolbar">
      <h1>{projectId === null ? 'Images' : view.allProjects ? 'All projects' : 'Your images'}</h1>
      {isAdmin && projectId !== null && (
        <fieldset className="segments" aria-label="Whose images">
          <button type="button" aria-pressed={!view.allProjects} onClick={() => change({ scope: null, open: null })}>
            Your images
          </button>
          <button type="button" aria-pressed={view.allProjects} onClick={() => change({ scope: 'all', open: null })}>
            All projects
          </button>
        </fieldset>
      )}
      <input
        type="search"
        aria-label="Search images by name or id"
        placeholder="Search by name or id"
        value={view.search}
        onChange={(event) => change({ q: event.target.value || null }, true)}
      />
      <select
        aria-label="Visibility"
        value={view.visibility?.toLowerCase() ?? ''}
        onChange={(event) => change({ visibility: event.target.value || null })}
      >
        <option value="">Any visibility</option>
        <option value="shared">Shared</option>
        <option value="private">Private</option>
        <option value="public">Public</option>
        <option value="community">Community</option>
      </select>
      <select
        className="only-phone"
        aria-label="Sort by"
        value={`${view.sort}-${view.direction}`.toLowerCase()}
        onChange={(event) => change({ sort: event.target.value })}
      >
        {sorts.map(({ field, label, first }) => (
          <option key={field} value={`${field}-${first}`.toLowerCase()}>
            By {label.toLowerCase()}
          </option>
        ))}
      </select>
    </div>
  );
}
