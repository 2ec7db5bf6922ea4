import { useProjectName } from './projects.ts';

/** A project: its name where it is known, else its id. */
export function Project({ id, name }: { readonly id: string; readonly name?: string | null | undefined }) {
  const known = useProjectName(id);
  const shown = name ?? known;
  return shown === null ? <code className="id">{id}</code> : <span title={id}>{shown}</span>;
}
