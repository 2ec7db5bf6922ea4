import { useState } from 'react';
import type { ProjectsDraft } from './project-field.tsx';

const empty: ProjectsDraft = { ids: [], text: '' };

/** What was entered for sharing these images; it is kept in the tab until it is sent. */
export function useDraft(imageIds: readonly string[]): [ProjectsDraft, (draft: ProjectsDraft) => void] {
  const key = `image-sharing.draft.${imageIds.join()}`;
  const [draft, setDraft] = useState<ProjectsDraft>(() => JSON.parse(sessionStorage.getItem(key) ?? 'null') ?? empty);
  function change(next: ProjectsDraft): void {
    if (next.ids.length === 0 && next.text === '') sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, JSON.stringify(next));
    setDraft(next);
  }
  return [draft, change];
}
