import type { ImageRowFragment } from '../graphql/graphql.ts';
import { count } from '../image-facts.ts';
import { changeParams, type Route } from '../route.ts';

interface SelectionBarProps {
  readonly route: Route;
  readonly chosen: readonly ImageRowFragment[];
  readonly onClear: () => void;
}

/** What can be done with the selected images. The bar stays at the bottom of the window. */
export function SelectionBar({ route, chosen, onClear }: SelectionBarProps) {
  const ids = chosen.map(({ id }) => id).join(',');
  return (
    <section className="selection" aria-label="Selected images">
      <strong>{count(chosen.length, 'image')} selected</strong>
      <button type="button" className="link" onClick={onClear}>
        Clear
      </button>
      <span className="row end">
        <a className="button" href={changeParams(route, { stop: ids })}>
          Stop sharing…
        </a>
        <a className="button primary" href={changeParams(route, { share: ids })}>
          Share…
        </a>
      </span>
    </section>
  );
}
