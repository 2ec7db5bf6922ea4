import { type OnOperation, type Subgraph, startSubgraph } from './subgraph.ts';

export interface Note {
  readonly imageId: string;
  readonly text: string;
  readonly author: { readonly id: string };
}

/** The subgraph that adds notes to `Image`. */
export function startCatalogue(notes: readonly Note[], onOperation?: OnOperation): Promise<Subgraph> {
  const resolvers = {
    Query: { annotatedImages: () => [...new Set(notes.map(({ imageId }) => imageId))].map((id) => ({ id })) },
    Image: { notes: ({ id }: { id: string }) => notes.filter(({ imageId }) => imageId === id) },
  };
  return startSubgraph('catalogue', resolvers, onOperation);
}
