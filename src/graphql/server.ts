import { ApolloServer, type ApolloServerOptionsWithGateway, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { ApolloServerPluginInlineTrace } from '@apollo/server/plugin/inlineTrace';
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { GatewayError } from '../errors.ts';
import type { Limits } from '../number-settings.ts';
import { createAdmission, type TrustOptions } from './admission.ts';
import { BoundedCache } from './bounded-cache.ts';
import type { GatewayContext } from './context.ts';
import { execute, type GraphQLHttpAnswer, type GraphQLHttpRequest } from './execute.ts';
import { createExecutor } from './executor.ts';
import { createFormatError, type OnDefect } from './format-error.ts';
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
  readonly onDefect: OnDefect;
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
  const { introspection, schema } = options;
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
    // Federated tracing hears of every field, which only graphql-js as Apollo Server runs it tells.
    ...(options.federatedTracing ? { schema } : { gateway: createGateway(schema) }),
    introspection,
    hideSchemaDetailsFromClientErrors: !introspection,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    csrfPrevention: false,
    formatError: createFormatError(options.onDefect, introspection),
    plugins: [
      createAnswerPlugin(options.observe),
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
    async execute(request, context, isRouter) {
      const { requestId } = context;
      const admitted = admit(request, { requestId, isRouter });
      if (!(admitted instanceof GatewayError)) {
        return asSpecified(await execute(server, admitted, async () => context));
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

/** Lets Apollo Server execute by our executor. */
function createGateway(schema: GraphQLSchema): ApolloServerOptionsWithGateway<GatewayContext>['gateway'] {
  const executeOperation = createExecutor(schema);
  return {
    onSchemaLoadOrUpdate(callback) {
      callback({ apiSchema: schema, coreSupergraphSdl: '' });
      return () => {};
    },
    async load() {
      return {
        executor: ({ document, request, context }) =>
          executeOperation({
            document,
            // As the caller gave it: Apollo Server knows only the names of operations that it found.
            operationName: request.operationName ?? undefined,
            variables: request.variables,
            context: context as GatewayContext,
          }) as never,
      };
    },
    async stop() {},
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
 * Answers `application/json` with 200 where the request reached GraphQL and was refused there; Apollo Server says 400.
 * In that media type a status of 4xx could be any proxy's, so clients must not have to look for GraphQL errors below it.
 * Source: GraphQL over HTTP, "application/json".
 */
function asSpecified(answer: GraphQLHttpAnswer): GraphQLHttpAnswer {
  if (answer.status !== 400) return answer;
  const type = [...answer.headers].find(([name]) => name === 'content-type')?.[1];
  if (!type?.startsWith('application/json')) return answer;
  const { errors } = JSON.parse(answer.body) as { errors?: { extensions?: { code?: unknown } }[] };
  return errors?.every(({ extensions }) => notExecutable.has(extensions?.code)) ? { ...answer, status: 200 } : answer;
}

/** The name of a client, as far as it is one. */
function readClient(header: string | undefined): string | undefined {
  return header !== undefined && /^[\w .-]{1,60}$/.test(header) ? header : undefined;
}

/** Completes every answer: the errors of rows that were left out, and the request id of every error. */
function createAnswerPlugin(observe: GraphQLServerOptions['observe']): ApolloServerPlugin<GatewayContext> {
  return {
    async requestDidStart() {
      const start = performance.now();
      return {
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
