import { useRef, useState } from 'react';
import { toHash } from '../route.ts';

interface Named {
  readonly id: string;
  readonly title: string;
}

/** A plain text for the consumer: what is shared, where to accept it, and the command for a terminal. */
export function toNote(images: readonly Named[], projects: readonly string[], consoleUrl: string): string {
  const paragraphs = images.map(({ id, title }) => {
    const link = new URL(toHash('inbox', { status: 'pending', image: id }), consoleUrl).href;
    return `Image: ${title}\nId: ${id}\nAccept it in the console: ${link}\nOr in a terminal: openstack image set --accept ${id}`;
  });
  const shared = images.length === 1 ? 'An image has been' : `${images.length} images have been`;
  return `${shared} shared with your project (${projects.join(', ')}).\n\n${paragraphs.join('\n\n')}\n`;
}

/** Copies the note; where the browser does not allow that, shows it to be copied by hand. */
export function ConsumerNote({ note }: { readonly note: string }) {
  const [copied, setCopied] = useState(false);
  const [shown, setShown] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(note);
      setCopied(true);
    } catch {
      setShown(true);
      requestAnimationFrame(() => area.current?.select());
    }
  }

  return (
    <>
      <button type="button" onClick={() => void copy()}>
        {copied ? 'Copied' : 'Copy a note for the consumer'}
      </button>
      <span className="unseen" role="status">
        {copied && 'The note was copied.'}
      </span>
      {shown && (
        <textarea ref={area} className="note" readOnly rows={6} aria-label="Note for the consumer" value={note} />
      )}
    </>
  );
}
