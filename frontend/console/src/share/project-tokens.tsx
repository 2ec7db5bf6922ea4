import type { KnownProject } from '../projects.ts';
import { looksLikeId } from './parse-projects.ts';

interface ProjectTokensProps {
  readonly ids: readonly string[];
  readonly known: readonly KnownProject[];
  readonly onRemove: (id: string) => void;
}

/** The projects that were entered, each with a button that removes it. */
export function ProjectTokens({ ids, known, onRemove }: ProjectTokensProps) {
  return (
    <ul aria-label="Projects to share with">
      {ids.map((id) => {
        const name = known.find((project) => project.id === id)?.name;
        const isOdd = name === undefined && !looksLikeId(id);
        return (
          <li key={id} className={isOdd ? 'odd' : undefined}>
            {name ? <span title={id}>{name}</span> : <code>{id}</code>}
            {isOdd && <small>cannot be checked</small>}
            <button type="button" className="icon" aria-label={`Leave out ${name ?? id}`} onClick={() => onRemove(id)}>
              ✕
            </button>
          </li>
        );
      })}
    </ul>
  );
}
