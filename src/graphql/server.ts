import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { ApolloServerPluginInlineTrace } from '@apollo/server/plugin/inlineTrace';
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';
import type { GatewayInterface } from '@apollo/server-gateway-interface';
import type { GraphQLSchema } from 'graphql';
import type { GatewayContext } from './context.ts';
import { execute, type GraphQLHttpAnswer, type GraphQLHttpRequest } from './execute.ts';
import { createExecutor } from './executor.ts';
import { createFormatError, isDefect } from './format-error.ts';

/** One operation that was answered. */
export interface OperationReport {
  /** `query`, `mutation`, or `none` for a request that was refused before that was known. */
  readonly type: string;
  /** The name that the caller gave it. */
  readonly name: string | undefined;
  /** The codes of its errors. */
  readonly codes: readonly string[];
  readonly durationMs: number;
  readonly requestId: string;
}

/** What an explorer opens with. */
export interface Sample {
  readonly document: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface GraphQLServerOptions {
  readonly schema: GraphQLSchema;
  readonly sample: Sample;
  /** Whether clients are told the schema: by introspection, and by what is said of requests that do not fit it. */
  readonly introspection: boolean;
  /** Whether a router that asks for it gets the times of all fields along with the answer (`ftv1`). */
  readonly federatedTracing: boolean;
  readonly observe: (report: OperationReport) => void;
  /** Hears of defects, with all there is to know about them. */
  readonly onDefect: (error: unknown, requestId: string) => void;
}

/** Apollo Server with a schema, started. */
export interface GraphQLServer {
  execute(request: GraphQLHttpRequest, context: GatewayContext): Promise<GraphQLHttpAnswer>;
  stop(): Promise<void>;
}

/** Starts Apollo Server. Its CSRF prevention is off: why nothing is lost by that is told in docs/decisions/csrf.md. */
export async function startGraphQLServer(options: GraphQLServerOptions): Promise<GraphQLServer> {
  const { schema, introspection, federatedTracing } = options;
  const { document, headers } = options.sample;
  const server = new ApolloServer<GatewayContext>({
    // Tracing hooks into every field, which only graphql-js offers.
    ...(federatedTracing ? { schema } : { gateway: createCompilingGateway(schema) }),
    introspection,
    hideSchemaDetailsFromClientErrors: !introspection,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    csrfPrevention: false,
    formatError: createFormatError(introspection),
    plugins: [
      createAnswerPlugin(options),
      ApolloServerPluginLandingPageLocalDefault({ embed: true, footer: false, document, headers: { ...headers } }),
      ApolloServerPluginCacheControlDisabled(),
      federatedTracing ? ApolloServerPluginInlineTrace() : ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  });
  await server.start();
  return {
    execute: async (request, context) =>
      complete(await execute(server, request, async () => context), context.requestId),
    stop: () => server.stop(),
  };
}

/** Apollo Server's hook for other ways to execute: ours compiles. */
function createCompilingGateway(schema: GraphQLSchema): GatewayInterface {
  const execute = createExecutor(schema);
  return {
    onSchemaLoadOrUpdate(callback) {
      callback({ apiSchema: schema, coreSupergraphSdl: '' });
      return () => {};
    },
    load: async () => ({
      executor: ({ document, operationName, request, context }) =>
        execute({ document, operationName, variables: request.variables, context: context as GatewayContext }),
    }),
    stop: async () => {},
  };
}

/** Errors of a request that is well-formed and asks for something that cannot be executed. */
const notExecutable: ReadonlySet<unknown> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_USER_INPUT',
]);

/**
 * Completes an answer that Apollo Server gave before any plugin heard of the request: its errors have no request id yet.
 * And answers `application/json` with 200 where the request reached GraphQL and was refused there, for which Apollo Server
 * says 400: in that media type a status of 4xx could be any proxy's, so clients must not have to look for GraphQL errors
 * below it. Source: GraphQL over HTTP, "application/json".
 */
function complete(answer: GraphQLHttpAnswer, requestId: string): GraphQLHttpAnswer {
  if (answer.status < 400) return answer;
  const { errors = [], ...rest } = JSON.parse(answer.body) as { errors?: { extensions?: { code?: unknown } }[] };
  const completed = errors.map((error) => ({ ...error, extensions: { ...error.extensions, requestId } }));
  const body = `${JSON.stringify({ errors: completed, ...rest })}\n`;
  const type = [...answer.headers].find(([name]) => name === 'content-type')?.[1];
  const isRefusal = answer.status === 400 && errors.every(({ extensions }) => notExecutable.has(extensions?.code));
  return { ...answer, body, status: isRefusal && type?.startsWith('application/json') ? 200 : answer.status };
}

/** Reports defects, and completes every answer: the errors of rows left out, and the request id of every error. */
function createAnswerPlugin({ observe, onDefect }: GraphQLServerOptions): ApolloServerPlugin<GatewayContext> {
  return {
    async requestDidStart() {
      const start = performance.now();
      return {
        async didEncounterErrors({ errors, contextValue }) {
          for (const error of errors) if (isDefect(error)) onDefect(error, contextValue.requestId);
        },
        async willSendResponse({ response, contextValue, operation, operationName }) {
          if (response.body.kind !== 'single') return;
          const result = response.body.singleResult;
          const { requestId, rowErrors } = contextValue;
          const rows = rowErrors.map((error) => error.toJSON());
          const errors = [...(result.errors ?? []), ...rows].map((error) => ({
            ...error,
            extensions: { ...error.extensions, requestId },
          }));
          if (errors.length > 0) result.errors = errors;
          observe({
            type: operation?.operation ?? 'none',
            name: operationName ?? undefined,
            codes: errors.map(({ extensions }) => String((extensions as { code?: unknown }).code)),
            durationMs: performance.now() - start,
            requestId,
          });
        },
      };
    },
  };
}
