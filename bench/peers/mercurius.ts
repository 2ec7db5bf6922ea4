/**
 * Mercurius with its compiler on and its own loaders, as a federation subgraph. Its loaders do not reach the roots of the
 * graph, so a DataLoader keeps `image` from being looked up several times.
 */
import type { AddressInfo } from 'node:net';
import { mercuriusFederationPlugin } from '@mercuriusjs/federation';
import fastify from 'fastify';
import type { MercuriusContext } from 'mercurius';
import { createLoadingApi, type ImageRow } from './images-api.ts';
import { address, announce, rootResolvers, rowResolvers, toToken, typeDefs } from './schema.ts';

declare module 'mercurius' {
  interface MercuriusContext {
    readonly api: ReturnType<typeof createLoadingApi>;
  }
}

type Queries<T> = readonly { readonly obj: T }[];

const app = fastify();
app.register(mercuriusFederationPlugin, {
  schema: typeDefs,
  resolvers: { ...rootResolvers, ...rowResolvers },
  loaders: {
    Image: {
      members: (queries: Queries<ImageRow>, { api }: MercuriusContext) =>
        Promise.all(queries.map(({ obj }) => api.listMembers(obj.id))),
      __resolveReference: (queries: Queries<{ id: string }>, { api }: MercuriusContext) =>
        api.getImages(queries.map(({ obj }) => obj.id)),
    },
  },
  jit: 1,
  context: (request) => ({ api: createLoadingApi(toToken(request.headers['x-auth-token'])) }),
});
await app.listen(address);
announce((app.server.address() as AddressInfo).port);
