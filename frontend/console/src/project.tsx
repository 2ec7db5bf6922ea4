import { useProjectName } from './people.ts';

/** A project: its name where it is known, else its id. */
export function Project({ id }: { readonly id: string }) {
  const name = useProjectName(id);
  return name === null ? <code className="id">{id}</code> : <span title={id}>{name}</span>;
}
