import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { unifiedGraphHandler } from '@graphql-hive/router-runtime';
import { forwardHeaders, type RouterContext } from '../../../examples/federation/routers/apollo-gateway.ts';
import { gatewayConfig } from '../../../examples/federation/routers/hive-gateway.ts';

/** A running router. */
export interface Router extends AsyncDisposable {
  readonly url: string;
}

const quiet = () => {};

async function startApolloGateway(supergraphSdl: string): Promise<Router> {
  const gateway = new ApolloGateway({
    supergraphSdl,
    buildService: ({ name, url = '' }) =>
      new RemoteGraphQLDataSource<RouterContext>({
        url,
        willSendRequest: (outgoing) => forwardHeaders(name, outgoing),
      }),
    logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  });
  const server = new ApolloServer<RouterContext>({ gateway, includeStacktraceInErrorResponses: false });
  const { url } = await startStandaloneServer(server, {
    listen: { host: '127.0.0.1', port: 0 },
    context: async ({ req }) => ({ headers: req.headers }),
  });
  return { url, [Symbol.asyncDispose]: () => server.stop() };
}

async function startHive(supergraph: string, native: boolean): Promise<Router> {
  const runtime = createGatewayRuntime({
    supergraph,
    ...gatewayConfig,
    ...(native && { unifiedGraphHandler }),
    logging: false,
  });
  const server = createServer(runtime);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await runtime[Symbol.asyncDispose]();
    },
  };
}

/** The engines under test, each served over HTTP. */
export const engines: Readonly<Record<string, (supergraphSdl: string) => Promise<Router>>> = {
  '@apollo/gateway': startApolloGateway,
  '@graphql-hive/gateway': (supergraph) => startHive(supergraph, false),
  '@graphql-hive/router-runtime': (supergraph) => startHive(supergraph, true),
};
