import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { ApolloServerPluginInlineTrace } from '@apollo/server/plugin/inlineTrace';
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';
import type { GatewayInterface } from '@apollo/server-gateway-interface';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { GatewayError } from '../errors.ts';
import type { Limits } from '../number-settings.ts';
import { createAdmission, type TrustOptions } from './admission.ts';
import { BoundedCache } from './bounded-cache.ts';
import type { GatewayContext } from './context.ts';
import { execute, type GraphQLHttpAnswer, type GraphQLHttpRequest } from './execute.ts';
import { createExecutor } from './executor.ts';
import { createFormatError, isDefect } from './format-error.ts';
import { createLimitCheck } from './limits/check.ts';

/** One operation that was answered. */
export interface OperationReport {
  /** `query`, `mutation`, or `none` for a request that was refused before that was known. */
  readonly type: string;
  /** The name that the caller gave it. */
  readonly name: string | undefined;
  /** What the caller's program calls itself. */
  readonly client: string | undefined;
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
  /** Whether a browser that asks for a page gets an explorer. */
  readonly explorer: boolean;
  readonly limits: Limits;
  readonly trust: TrustOptions;
  readonly observe: (report: OperationReport) => void;
  /** Hears of defects, with all there is to know about them. */
  readonly onDefect: (error: unknown, requestId: string) => void;
}

/** Apollo Server with a schema, started. */
export interface GraphQLServer {
  execute(request: GraphQLHttpRequest, context: GatewayContext, isRouter: boolean): Promise<GraphQLHttpAnswer>;
  stop(): Promise<void>;
}

/** How much text of documents is kept, in characters: registered by their hash, and parsed. */
const maxPersistedCharacters = 4_000_000;
const maxParsedCharacters = 300_000;

/** Starts Apollo Server. Its CSRF prevention is off: why nothing is lost by that is told in docs/decisions/csrf.md. */
export async function startGraphQLServer(options: GraphQLServerOptions): Promise<GraphQLServer> {
  const { schema, introspection, federatedTracing } = options;
  const { document, headers } = options.sample;
  const persistedQueries = new BoundedCache<string>({
    maxSize: maxPersistedCharacters,
    sizeOf: ({ length }) => length,
  });
  const admit = createAdmission({
    checkLimits: createLimitCheck(schema, options.limits),
    persistedQueries,
    trust: options.trust,
  });
  const server = new ApolloServer<GatewayContext>({
    persistedQueries: { cache: persistedQueries },
    documentStore: new BoundedCache<DocumentNode>({
      maxSize: maxParsedCharacters,
      sizeOf: ({ loc }) => loc?.source.body.length ?? 1_000,
    }),
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
      options.explorer
        ? ApolloServerPluginLandingPageLocalDefault({ embed: true, footer: false, document, headers: { ...headers } })
        : ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginCacheControlDisabled(),
      federatedTracing ? ApolloServerPluginInlineTrace() : ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  });
  await server.start();
  return {
    async execute(request, context, isRouter) {
      const { requestId } = context;
      const admitted = admit(request, { requestId, isRouter });
      if (!(admitted instanceof GatewayError)) {
        return complete(await execute(server, admitted, async () => context), requestId);
      }
      const { code } = admitted;
      const client = readClient(String(request.headers['apollographql-client-name'] ?? ''));
      const report = { type: 'none', name: undefined, client, codes: [code], durationMs: 0, requestId };
      context.trace?.end(report);
      options.observe(report);
      return toRefusal(admitted, request, requestId);
    },
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
      executor: ({ document, request, context }) =>
        execute({
          document,
          // As the caller gave it: Apollo Server knows only the names of operations that it found.
          operationName: request.operationName ?? null,
          variables: request.variables,
          context: context as GatewayContext,
        }),
    }),
    stop: async () => {},
  };
}

/** The answer to an operation that is not executed: 400, in the media type that the client asks for. */
function toRefusal(error: GatewayError, { headers }: GraphQLHttpRequest, requestId: string): GraphQLHttpAnswer {
  const accept = String(headers['accept'] ?? '');
  const type = accept.includes('application/graphql-response+json')
    ? 'application/graphql-response+json; charset=utf-8'
    : 'application/json; charset=utf-8';
  const body = { errors: [{ message: error.message, extensions: { ...error.extensions, requestId } }] };
  return { status: 400, headers: [['content-type', type]], body: `${JSON.stringify(body)}\n` };
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

/** The name of a client, as far as it is one. */
function readClient(header: string | undefined): string | undefined {
  return header !== undefined && /^[\w .-]{1,60}$/.test(header) ? header : undefined;
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
        async willSendResponse({ request, response, contextValue, operation, operationName }) {
          if (response.body.kind !== 'single') return;
          const result = response.body.singleResult;
          const { requestId, rowErrors } = contextValue;
          const rows = rowErrors.map((error) => error.toJSON());
          const errors = [...(result.errors ?? []), ...rows].map((error) => ({
            ...error,
            extensions: { ...error.extensions, requestId },
          }));
          if (errors.length > 0) result.errors = errors;
          const report = {
            type: operation?.operation ?? 'none',
            name: operationName ?? undefined,
            client: readClient(request.http?.headers.get('apollographql-client-name')),
            codes: errors.map(({ extensions }) => String((extensions as { code?: unknown }).code)),
            durationMs: performance.now() - start,
            requestId,
          };
          contextValue.trace?.end(report);
          observe(report);
        },
      };
    },
  };
}
