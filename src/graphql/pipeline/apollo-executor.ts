import { ApolloServer, HeaderMap } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { ApolloServerPluginInlineTrace } from '@apollo/server/plugin/inlineTrace';
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';
import type { DocumentNode, ExecutionResult, GraphQLFormattedError, GraphQLSchema } from 'graphql';
import { LeakFreeMap } from '../../collections/leak-free-map.ts';
import type { GatewayContext } from '../context.ts';
import type { FoundOperation } from './find-operation.ts';

/** The document and headers that the landing page opens with. */
export interface Sample {
  readonly document: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface ApolloOptions {
  readonly schema: GraphQLSchema;
  readonly sample: Sample;
  /** Whether a router that requests it gets the timing of all fields with the response (`ftv1`). */
  readonly federatedTracing: boolean;
  /** Whether there is a landing page. */
  readonly explorer: boolean;
}

/** Apollo Server, which executes operations with graphql-js and provides the landing page. */
export interface ApolloExecutor {
  /** @param ftv1 the header with which a router requests the timing of all fields. */
  execute(found: FoundOperation, context: GatewayContext, ftv1?: string): Promise<ExecutionResult>;
  /** The page for a browser. */
  landingPage(): Promise<string>;
  stop(): Promise<void>;
}

const ftv1Header = 'apollo-federation-include-trace';

/**
 * Starts Apollo Server. It only receives operations that are valid, so it neither parses nor validates; it returns
 * their errors unchanged.
 */
export async function startApollo({ schema, sample, ...options }: ApolloOptions): Promise<ApolloExecutor> {
  const { document, headers } = sample;
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
      options.explorer
        ? ApolloServerPluginLandingPageLocalDefault({ embed: true, footer: false, document, headers: { ...headers } })
        : ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginCacheControlDisabled(),
      options.federatedTracing ? ApolloServerPluginInlineTrace() : ApolloServerPluginInlineTraceDisabled(),
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
    async landingPage() {
      const { body } = await server.executeHTTPGraphQLRequest({
        httpGraphQLRequest: toHead([['accept', 'text/html']]),
        context: () => Promise.reject(new Error('a page needs no context')),
      });
      if (body.kind !== 'complete') throw new Error('a page is complete');
      return body.string;
    },
    stop: () => server.stop(),
  };
}

function toHead(headers: readonly [string, string][]) {
  return { method: 'GET', headers: new HeaderMap(headers), search: '', body: undefined };
}
