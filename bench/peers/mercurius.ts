/**
 * Mercurius with its compiler on and its own loaders, as a federation subgraph. Its loaders do not reach the roots of the
 * graph, so a DataLoader keeps `image` from being looked up several times.
 */
import type { AddressInfo } from 'node:net';
import { mercuriusFederationPlugin } from '@mercuriusjs/federation';
import fastify from 'fastify';
import { createLoadingApi } from './images-api.ts';
import { loaders } from './mercurius-loaders.ts';
import { address, announce, rootResolvers, rowResolvers, toToken, typeDefs } from './schema.ts';

declare module 'mercurius' {
  interface MercuriusContext {
    readonly api: ReturnType<typeof createLoadingApi>;
  }
}

const app = fastify();
app.register(mercuriusFederationPlugin, {
  schema: typeDefs,
  resolvers: { ...rootResolvers, ...rowResolvers },
  loaders,
  jit: 1,
  context: (request) => ({ api: createLoadingApi(toToken(request.headers['x-auth-token'])) }),
});
await app.listen(address);
announce((app.server.address() as AddressInfo).port);
