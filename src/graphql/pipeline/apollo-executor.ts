import { ApolloServer, type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { DocumentNode, ExecutionResult, GraphQLFormattedError, GraphQLSchema } from 'graphql';
import { LeakFreeMap } from '../../collections/leak-free-map.ts';
import type { GatewayContext } from '../context.ts';
import type { FoundOperation } from './find-operation.ts';

export interface ApolloOptions {
  readonly schema: GraphQLSchema;
  /** Whether a router that requests it gets the timing of all fields with the response (`ftv1`). */
  readonly federatedTracing: boolean;
}

/** Apollo Server, which executes operations with graphql-js. */
export interface ApolloExecutor {
  /** @param ftv1 the header with which a router requests the timing of all fields. */
  execute(found: FoundOperation, context: GatewayContext, ftv1?: string): Promise<ExecutionResult>;
  stop(): Promise<void>;
}

const ftv1Header = 'apollo-federation-include-trace';

/**
 * Starts Apollo Server. It only receives operations that are valid, so it neither parses nor validates; it returns
 * their errors unchanged.
 */
export async function startApollo({ schema, federatedTracing }: ApolloOptions): Promise<ApolloExecutor> {
  /** The documents that are being executed, by the SHA-256 of their text, with the number of operations. */
  const executing = new LeakFreeMap<string, { readonly syntaxTree: DocumentNode; operations: number }>();
  const server = new ApolloServer<GatewayContext>({
    schema,
    // Apollo Server's keys are a prefix and the SHA-256 of the text.
    documentStore: {
      get: async (key) => executing.get(key.slice(-64))?.syntaxTree,
      set: async () => {},
      delete: async () => false,
    },
    persistedQueries: false,
    introspection: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    csrfPrevention: false,
    formatError: (_formatted, error) => error as GraphQLFormattedError,
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginCacheControlDisabled(),
      federatedTracing ? await createInlineTracePlugin() : ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  });
  await server.start();

  return {
    async execute({ document: { text, sha256, syntaxTree }, operationName, variables }, contextValue, ftv1) {
      const use = executing.get(sha256) ?? { syntaxTree, operations: 0 };
      use.operations++;
      executing.set(sha256, use);
      try {
        const request = { query: text, variables, ...(operationName !== undefined && { operationName }) };
        const http = ftv1 === undefined ? {} : { http: toHead([[ftv1Header, ftv1]]) };
        const { body } = await server.executeOperation({ ...request, ...http }, { contextValue });
        if (body.kind !== 'single') throw new Error('incremental delivery is not offered');
        return body.singleResult as ExecutionResult;
      } finally {
        if (--use.operations === 0) executing.delete(sha256);
      }
    },
    stop: () => server.stop(),
  };
}

/** Creates the plugin for inline traces. Its module is loaded only here, because few gateways use it. */
async function createInlineTracePlugin(): Promise<ApolloServerPlugin> {
  const { ApolloServerPluginInlineTrace } = await import('@apollo/server/plugin/inlineTrace');
  return ApolloServerPluginInlineTrace();
}

/** A request with these headers. Always a `POST`: the gateway itself has refused mutations by `GET`. */
function toHead(headers: readonly [string, string][]) {
  return { method: 'POST', headers: new HeaderMap(headers), search: '', body: undefined };
}
