import { Project } from '../project.tsx';
import { useRemovals } from './removals.tsx';

/** Says what is being removed, on every screen, and offers to undo it. */
export function RemovalNotices() {
  const { all, undo } = useRemovals();
  return (
    <ul className="toasts" aria-label="Removals" aria-live="polite">
      {all.map((removal) => (
        <li key={`${removal.imageId} ${removal.memberId}`} className={removal.state}>
          <span>
            {removal.state === 'failed' ? 'Not removed: ' : 'Removing '}
            <Project id={removal.memberId} /> from {removal.imageTitle}
            {removal.message && <small>{removal.message}</small>}
          </span>
          {removal.state !== 'writing' && (
            <button type="button" onClick={() => undo(removal)}>
              {removal.state === 'failed' ? 'Dismiss' : 'Undo'}
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}
