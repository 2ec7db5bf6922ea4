import { useId } from 'react';
import { toDay, toSize, toTitle } from '../image-facts.ts';
import { Project } from '../project.tsx';
import { changeParams, type Route } from '../route.ts';
import type { ImageRow } from './image-table.tsx';
import { isShareable } from './images-view.ts';
import { MakeShareable } from './make-shareable.tsx';
import { Members } from './members.tsx';

interface ImageLinesProps {
  readonly image: ImageRow;
  readonly route: Route;
  readonly showsOwner: boolean;
  readonly isOpen: boolean;
  readonly isSelected: boolean;
  readonly onSelect: (on: boolean) => void;
  readonly onToggle: () => void;
}

/** One image: its line, and below it who has access, if it is open. */
export function ImageLines(props: ImageLinesProps) {
  const { image, route, showsOwner, isOpen, isSelected, onSelect, onToggle } = props;
  const detailId = useId();
  const title = toTitle(image);
  const visibility = image.visibility?.toLowerCase() ?? 'unknown';
  const status = image.status?.toLowerCase().replace('_', ' ') ?? 'unknown';
  return (
    <>
      <tr className={isSelected ? 'chosen' : undefined}>
        <td className="tick">
          {isShareable(image) && (
            <label className="target">
              <input
                type="checkbox"
                aria-label={`Select ${title}`}
                checked={isSelected}
                onChange={(event) => onSelect(event.target.checked)}
              />
            </label>
          )}
        </td>
        <td className="name">
          <h3>
            <button type="button" className="open" aria-expanded={isOpen} aria-controls={detailId} onClick={onToggle}>
              <span title={title}>{title}</span>
            </button>
          </h3>
          <span className="only-phone hint">
            {visibility} · {toSize(image.size)}
            {status !== 'active' && ` · ${status}`}
          </span>
        </td>
        {showsOwner && (
          <td className="owner">{image.owner ? <Project id={image.owner.id} name={image.owner.name} /> : '–'}</td>
        )}
        <td>
          <span className={`tag ${visibility}`}>{visibility}</span>
        </td>
        <td>{status === 'active' ? status : <span className="badge pending">{status}</span>}</td>
        <td className="size">{toSize(image.size)}</td>
        <td className="day">{toDay(image.createdAt)}</td>
        <td className="action">
          {image.visibility === 'SHARED' && (
            <a className="button" aria-label={`Share ${title}`} href={changeParams(route, { share: image.id })}>
              Share…
            </a>
          )}
          {image.visibility === 'PRIVATE' && <MakeShareable image={image} />}
          {!isShareable(image) && <span className="hint">Everyone can use it</span>}
        </td>
      </tr>
      <tr id={detailId} className="detail" hidden={!isOpen}>
        {isOpen && (
          <td colSpan={showsOwner ? 8 : 7}>
            <p className="hint">
              <code className="id">{image.id}</code>
              {image.diskFormat && ` · ${image.diskFormat}`}
            </p>
            <Members imageId={image.id} />
          </td>
        )}
      </tr>
    </>
  );
}
