import type { ImageOrderField, ImageRowFragment, ImagesQueryVariables } from '../graphql/graphql.ts';
import { toTitle } from '../image-facts.ts';
import type { Caller } from '../session/session.ts';

export type Visibility = 'SHARED' | 'PRIVATE' | 'PUBLIC' | 'COMMUNITY';
type Direction = 'ASC' | 'DESC';

/** Which images the list shows, and how; all of it is in the address. */
export interface ImagesView {
  readonly search: string;
  readonly visibility: Visibility | null;
  readonly sort: ImageOrderField;
  readonly direction: Direction;
  /** Images of all projects: for administrators, and where the caller's own project is not known. */
  readonly allProjects: boolean;
  /** The ids of the images whose members are shown. */
  readonly open: readonly string[];
  /** The ids of the images that are to be shared, or no longer; null where no dialog is open. */
  readonly share: readonly string[] | null;
  readonly stop: readonly string[] | null;
}

/** What the list can be sorted by, in the order of the columns. */
export const sorts = [
  { field: 'NAME', label: 'Name', first: 'ASC' },
  { field: 'STATUS', label: 'Status', first: 'ASC' },
  { field: 'SIZE', label: 'Size', first: 'DESC' },
  { field: 'CREATED_AT', label: 'Created', first: 'DESC' },
] as const satisfies readonly { field: ImageOrderField; label: string; first: Direction }[];

const visibilities: readonly Visibility[] = ['SHARED', 'PRIVATE', 'PUBLIC', 'COMMUNITY'];

export function readView(params: URLSearchParams, caller: Caller): ImagesView {
  const visibility = params.get('visibility')?.toUpperCase();
  const [field, direction] = (params.get('sort') ?? '').toUpperCase().split('-');
  const sort = sorts.find((one) => one.field === field) ?? sorts[3];
  return {
    search: params.get('q') ?? '',
    visibility: visibilities.find((one) => one === visibility) ?? null,
    sort: sort.field,
    direction: direction === 'ASC' || direction === 'DESC' ? direction : sort.first,
    allProjects: caller.projectId === null || (caller.isAdmin && params.get('scope') === 'all'),
    open: toIds(params.get('open')) ?? [],
    share: toIds(params.get('share')),
    stop: toIds(params.get('stop')),
  };
}

function toIds(text: string | null): readonly string[] | null {
  return text ? text.split(',') : null;
}

/** The query of a view. The search is done here: the Images API finds whole names only. */
export function toVariables(view: ImagesView, caller: Caller): ImagesQueryVariables {
  return {
    first: 100,
    filter: {
      ...(!view.allProjects && { owner: caller.projectId }),
      ...(view.visibility && { visibility: view.visibility }),
      // Community images of other projects are listed only where they are asked for.
      ...(view.allProjects && caller.isAdmin && view.visibility === null && { visibility: 'ALL' as const }),
    },
    orderBy: { field: view.sort, direction: view.direction },
    owners: view.allProjects,
  };
}

/** Whether an image matches what was typed: every word is in its name, or its id begins with it. */
export function matches(image: ImageRowFragment, search: string): boolean {
  const name = toTitle(image).toLowerCase();
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return words.every((word) => name.includes(word) || image.id.startsWith(word));
}

/** Whether an image can have members, now or once it was made shareable. */
export function isShareable({ visibility }: Pick<ImageRowFragment, 'visibility'>): boolean {
  return visibility === 'SHARED' || visibility === 'PRIVATE';
}
