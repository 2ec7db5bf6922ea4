import { type ClipboardEvent, type KeyboardEvent, useId, useRef, useState } from 'react';
import { type KnownProject, rememberLabels, useKnownProjects } from '../projects.ts';
import { looksLikeId, parseProjects } from './parse-projects.ts';
import { ProjectTokens } from './project-tokens.tsx';

/** What was entered so far: projects that are settled, and a text that is being typed. */
export interface ProjectsDraft {
  readonly ids: readonly string[];
  readonly text: string;
}

interface ProjectFieldProps {
  readonly draft: ProjectsDraft;
  readonly onChange: (draft: ProjectsDraft) => void;
  /** Projects that own the images: they need no sharing. */
  readonly owners: readonly string[];
  /** Called when the Enter key is pressed and nothing is being typed. */
  readonly onDone: () => void;
}

/** A field for projects, by id or by any name that is known, with suggestions. After the ARIA combobox pattern. */
export function ProjectField({ draft, onChange, owners, onDone }: ProjectFieldProps) {
  const fieldId = useId();
  const listId = useId();
  const hintId = useId();
  const input = useRef<HTMLInputElement>(null);
  const known = useKnownProjects();
  const [active, setActive] = useState(0);
  const [browsing, setBrowsing] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const { ids, text } = draft;
  const offered = suggest(known, text, [...ids, ...owners]);
  const shown = (text.trim() !== '' || browsing) && offered.length > 0;
  const picked = shown ? offered[Math.min(active, offered.length - 1)] : undefined;

  function add(added: readonly string[], rest = ''): void {
    const own = added.filter((id) => owners.includes(id));
    setProblem(own.length > 0 ? 'That project owns the image and already has access.' : null);
    onChange({ ids: [...new Set([...ids, ...added.filter((id) => !own.includes(id))])], text: rest });
    setActive(0);
    setBrowsing(false);
  }

  function clear(): void {
    setBrowsing(false);
    onChange({ ids, text: '' });
  }

  function remove(id: string): void {
    onChange({ ids: ids.filter((other) => other !== id), text });
    input.current?.focus();
  }

  /** Settles what was typed or pasted. A name that is not clear stays in the field. */
  function settle(entered: string): void {
    const { ids: found, labels, ambiguous } = parseProjects(entered, known);
    rememberLabels(labels);
    add(found, ambiguous.join(', '));
    if (ambiguous.length > 0)
      setProblem(`Several projects are called ${ambiguous.join(', ')}. Choose one, or use its id.`);
  }

  function paste(event: ClipboardEvent<HTMLInputElement>): void {
    const pasted = event.clipboardData.getData('text');
    if (!/[\s,;]/.test(pasted.trim())) return;
    event.preventDefault();
    settle(text + pasted);
  }

  function press(event: KeyboardEvent): void {
    const actions: Readonly<Record<string, (() => void) | undefined>> = {
      ArrowDown: () => (shown ? setActive((active + 1) % offered.length) : setBrowsing(true)),
      ArrowUp: shown ? () => setActive((active + offered.length - 1) % offered.length) : undefined,
      Escape: shown ? clear : undefined,
      Enter: () => (picked ? add([picked.id]) : text.trim() === '' ? onDone() : settle(text)),
      ',': text.trim() === '' ? undefined : () => settle(text),
      ';': text.trim() === '' ? undefined : () => settle(text),
      Backspace: text === '' && ids.length > 0 ? () => onChange({ ids: ids.slice(0, -1), text }) : undefined,
    };
    const action = actions[event.key];
    if (action === undefined || event.nativeEvent.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  }

  return (
    <div className="project-field">
      <label htmlFor={fieldId}>Share with</label>
      <div className="tokens">
        <ProjectTokens ids={ids} known={known} onRemove={remove} />
        <input
          ref={input}
          id={fieldId}
          role="combobox"
          autoComplete="off"
          spellCheck={false}
          placeholder={ids.length === 0 ? 'Project name or id' : undefined}
          aria-expanded={shown}
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={picked && `${listId}-${picked.id}`}
          aria-describedby={hintId}
          value={text}
          onChange={(event) => onChange({ ids, text: event.target.value })}
          onKeyDown={press}
          onPaste={paste}
          onClick={() => setBrowsing(true)}
          onBlur={() => setBrowsing(false)}
        />
      </div>
      <div id={listId} role="listbox" tabIndex={-1} aria-label="Known projects" className="suggestions" hidden={!shown}>
        {shown &&
          offered.map((project) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are handled by the field, which keeps the focus
            <div
              key={project.id}
              id={`${listId}-${project.id}`}
              role="option"
              tabIndex={-1}
              aria-selected={project === picked}
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => add([project.id])}
            >
              <span>{project.name}</span>
              <code className="id">{project.id}</code>
            </div>
          ))}
      </div>
      <p className="mistake" role="alert">
        {problem}
      </p>
      <p id={hintId} className="hint">
        Paste any number of ids. A name next to an id, as in “web-team a41b…”, is saved in this browser.
      </p>
    </div>
  );
}

/** Known projects by name or the beginning of the id, without those that are out of the question. */
function suggest(known: readonly KnownProject[], text: string, out: readonly string[]): readonly KnownProject[] {
  const wanted = text.trim().toLowerCase();
  if (looksLikeId(wanted)) return [];
  return known
    .filter(({ id, name }) => !out.includes(id) && (name.toLowerCase().includes(wanted) || id.startsWith(wanted)))
    .slice(0, 8);
}
