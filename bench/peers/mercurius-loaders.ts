import type { MercuriusContext } from 'mercurius';
import type { ImageRow } from './images-api.ts';

type Queries<T> = readonly { readonly obj: T }[];

/** Mercurius' own loaders, with which both of its servers take part. */
export const loaders = {
  Image: {
    members: (queries: Queries<ImageRow>, { api }: MercuriusContext) =>
      Promise.all(queries.map(({ obj }) => api.listMembers(obj.id))),
    __resolveReference: (queries: Queries<{ id: string }>, { api }: MercuriusContext) =>
      api.getImages(queries.map(({ obj }) => obj.id)),
  },
};
