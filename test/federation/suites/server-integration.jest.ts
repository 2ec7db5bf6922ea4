import type { AddressInfo } from 'node:net';
import { ApolloServer } from '@apollo/server';
import { defineIntegrationTestSuite } from '@apollo/server-integration-testsuite';
import { parseConfig } from '../../../src/config.ts';
import { execute } from '../../../src/graphql/execute.ts';
import { createGraphqlHandler } from '../../../src/http/graphql.ts';
import { createHttpServer } from '../../../src/http/server.ts';

const { limits } = parseConfig({});

/** Apollo's conformance suite for hosts, against our HTTP server with whatever Apollo Server it hands in. */
defineIntegrationTestSuite(
  async (config, options) => {
    const server = new ApolloServer(config);
    await server.start();
    const context = options?.context ?? (async () => ({}));
    // The suite has a release of Apollo Server of its own, whose classes are others to the compiler.
    const handler = createGraphqlHandler((request) => execute(server as never, request, context), {
      maxRequestBytes: 1024 * 1024,
      isRouter: () => false,
      // The suite asks as fast as it can.
      gate: {
        overloaded: false,
        receivingBytes: 0,
        admit() {},
        receive: () => null,
        release() {},
        begin() {},
        end() {},
      },
    });
    const http = createHttpServer({
      corsOrigins: '*',
      maxConnections: limits.maxConnections,
      headersTimeoutMs: limits.headersTimeoutMs,
      requestTimeoutMs: limits.requestTimeoutMs,
      answerTimeoutMs: limits.answerTimeoutMs,
      onDefect: () => {},
      routes: { '/': { GET: handler, POST: handler } },
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    return {
      server,
      url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
      async extraCleanup() {
        http.closeAllConnections();
        await new Promise((resolve) => http.close(resolve));
      },
    };
  },
  // Apollo Server delivers incrementally only with an alpha of graphql 17.
  { noIncrementalDelivery: true },
);
