import { type FormEvent, use, useId, useRef, useState } from 'react';
import { PeopleContext } from './people.ts';

interface ShareFormProps {
  /** The images that are chosen. */
  readonly imageIds: readonly string[];
  readonly onChange: (what: 'share' | 'stop', imageIds: readonly string[], memberIds: readonly string[]) => void;
}

/** Asks for projects, and shares the chosen images with them all or stops sharing them. */
export function ShareForm({ imageIds, onChange }: ShareFormProps) {
  const people = use(PeopleContext);
  const field = useRef<HTMLTextAreaElement>(null);
  const fieldId = useId();
  const hintId = useId();
  const [text, setText] = useState('');
  const [mistake, setMistake] = useState<string | null>(null);
  const projects = [...new Set(text.split(/[\s,;]+/).filter(Boolean))];
  const offered = people.filter(({ name }) => /^consumer-.$|^stranger$/.test(name));

  function toggle(projectId: string): void {
    const others = projects.filter((project) => project !== projectId);
    setText((others.length < projects.length ? others : [...projects, projectId]).join('\n'));
  }

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const button = (event.nativeEvent as SubmitEvent).submitter;
    if (projects.length === 0) {
      setMistake('Name at least one project.');
      field.current?.focus();
    } else if (imageIds.length === 0) {
      setMistake('Choose at least one image below.');
    } else {
      setMistake(null);
      onChange(button?.getAttribute('value') === 'stop' ? 'stop' : 'share', imageIds, projects);
    }
  }

  const count = imageIds.length === 1 ? '1 image' : `${imageIds.length} images`;
  return (
    <form className="panel share" aria-label="Share images" noValidate onSubmit={submit}>
      <label htmlFor={fieldId}>Projects</label>
      <textarea
        ref={field}
        id={fieldId}
        rows={Math.min(Math.max(projects.length, 2), 8)}
        spellCheck={false}
        aria-describedby={hintId}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <p id={hintId} className="hint">
        Project ids, separated by spaces, commas or lines.
      </p>
      {offered.length > 0 && (
        <fieldset className="chips">
          <legend>Add or take away</legend>
          {offered.map(({ name, projectId = '' }) => (
            <button
              key={projectId}
              type="button"
              className="chip"
              aria-pressed={projects.includes(projectId)}
              onClick={() => toggle(projectId)}
            >
              {name}
            </button>
          ))}
        </fieldset>
      )}
      <div className="row">
        <button type="submit" className="primary" value="share">
          Share {count}
        </button>
        <button type="submit" value="stop">
          Stop sharing {count}
        </button>
        <p className="mistake" role="alert">
          {mistake}
        </p>
      </div>
    </form>
  );
}
