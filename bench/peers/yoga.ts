/** GraphQL Yoga on `node:http`, with DataLoaders and undici's `request` over a pool. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createYoga } from 'graphql-yoga';
import { createLoadingApi } from './images-api.ts';
import { address, announce, type Context, createSchema, toToken } from './schema.ts';

const yoga = createYoga<{ req: IncomingMessage }, Context>({
  schema: createSchema(),
  context: ({ req }) => ({ api: createLoadingApi(toToken(req.headers['x-auth-token'])) }),
  logging: false,
});
const http = createServer(yoga);
http.listen(address, () => announce((http.address() as AddressInfo).port));
