/** The plain good design: Apollo Server on Fastify, DataLoaders, undici's `request` over a pool. */
import type { AddressInfo } from 'node:net';
import { ApolloServer } from '@apollo/server';
import { fastifyApolloDrainPlugin, fastifyApolloHandler } from '@as-integrations/fastify';
import fastify from 'fastify';
import { createLoadingApi } from './images-api.ts';
import { address, announce, type Context, createSchema, toToken } from './schema.ts';

const app = fastify();
const server = new ApolloServer<Context>({ schema: createSchema(), plugins: [fastifyApolloDrainPlugin(app)] });
await server.start();
app.route({
  url: '/graphql',
  method: ['GET', 'POST'],
  handler: fastifyApolloHandler(server, {
    context: async (request) => ({ api: createLoadingApi(toToken(request.headers['x-auth-token'])) }),
  }),
});
await app.listen(address);
announce((app.server.address() as AddressInfo).port);
