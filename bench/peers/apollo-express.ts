/** Apollo Server as its guide sets it up: express, `fetch` in the resolvers, no loaders. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApolloServer } from '@apollo/server';
import { expressMiddleware } from '@as-integrations/express5';
import cors from 'cors';
import express from 'express';
import { createFetchApi } from './images-api.ts';
import { address, announce, type Context, createSchema, toToken } from './schema.ts';

const server = new ApolloServer<Context>({ schema: createSchema() });
await server.start();
const app = express();
app.use(
  '/graphql',
  cors(),
  express.json(),
  expressMiddleware(server, {
    context: async ({ req }) => ({ api: createFetchApi(toToken(req.headers['x-auth-token'])) }),
  }),
);
const http = createServer(app);
http.listen(address, () => announce((http.address() as AddressInfo).port));
