import { useMutation } from '@apollo/client/react';
import { useState } from 'react';
import { keepParts } from '../client.ts';
import { toMessage } from '../failure.tsx';
import { MakeSharedDocument } from '../graphql/graphql.ts';
import { toTitle } from '../image-facts.ts';
import { announceChange } from '../refresh.ts';
import type { ImageRow } from './image-table.tsx';

/** Says why a private image cannot be shared, and makes it shareable. */
export function MakeShareable({ image }: { readonly image: ImageRow }) {
  const [makeShared, { loading }] = useMutation(MakeSharedDocument, keepParts);
  const [problem, setProblem] = useState<string | null>(null);

  async function change(): Promise<void> {
    if (loading) return;
    setProblem(null);
    const { data, error } = await makeShared({ variables: { imageId: image.id } });
    const refusals = data?.updateImage.userErrors ?? [];
    if (refusals.length > 0) setProblem(refusals.map(({ message }) => message).join(' '));
    else if (error) setProblem(toMessage(error));
    else announceChange();
  }

  return (
    <span className="only-owner">
      <span className={problem ? 'mistake' : 'hint'} role={problem ? 'alert' : undefined}>
        {problem ?? 'Private: has no members'}
      </span>
      <button
        type="button"
        aria-label={loading ? undefined : `Make shareable: ${toTitle(image)}`}
        aria-disabled={loading}
        onClick={() => void change()}
      >
        {loading ? 'Changing…' : 'Make shareable'}
      </button>
    </span>
  );
}
