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
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { GatewayError } from '../errors.ts';
import type { Limits } from '../number-settings.ts';
import { createAdmission, type TrustOptions } from './admission.ts';
import { Answers, type OperationReport, readClient } from './answers.ts';
import { BoundedCache } from './bounded-cache.ts';
import type { GatewayContext } from './context.ts';
import { DirectExecution } from './direct-execution.ts';
import { execute, type GraphQLHttpAnswer, type GraphQLHttpRequest, readMediaType } from './execute.ts';
import { createLimitCheck } from './limits/check.ts';

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

/**
 * Starts Apollo Server. It judges every document when it comes for the first time, and every request that is out of the
 * ordinary; an operation that it has found valid is executed without it from then on, compiled, to the same answer.
 * Its CSRF prevention is off: why nothing is lost by that is told in docs/decisions/csrf.md.
 */
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
  const answers = new Answers({ ...options, tellSchema: introspection });
  // Tracing hooks into every field, which only graphql-js offers.
  const direct = federatedTracing ? null : new DirectExecution(schema, answers);
  const server = new ApolloServer<GatewayContext>({
    schema,
    persistedQueries: { cache: persistedQueries },
    documentStore: new BoundedCache<DocumentNode>({
      maxSize: maxParsedCharacters,
      sizeOf: ({ loc }) => loc?.source.body.length ?? 1_000,
    }),
    introspection,
    hideSchemaDetailsFromClientErrors: !introspection,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    stringifyResult: JSON.stringify,
    csrfPrevention: false,
    formatError: answers.format,
    plugins: [
      createAnswerPlugin(answers, direct),
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

  async function executeByApollo(request: GraphQLHttpRequest, context: GatewayContext): Promise<GraphQLHttpAnswer> {
    const answer = await execute(server, request, async () => context);
    direct?.learnMediaType(request, answer);
    return complete(answer, context.requestId);
  }

  return {
    async execute(request, context, isRouter) {
      const { requestId } = context;
      const admitted = admit(request, { requestId, isRouter });
      if (!(admitted instanceof GatewayError)) {
        return direct?.execute(admitted, context) ?? executeByApollo(admitted.request, context);
      }
      const { code } = admitted;
      const client = readClient(request.headers.get('apollographql-client-name'));
      const report = { type: 'none', name: undefined, client, codes: [code], durationMs: 0, requestId };
      context.trace?.end(report);
      options.observe(report);
      return toRefusal(admitted, request, requestId);
    },
    stop: () => server.stop(),
  };
}

/** The answer to an operation that is not executed: 400, in the media type that the client asks for. */
function toRefusal(error: GatewayError, { headers }: GraphQLHttpRequest, requestId: string): GraphQLHttpAnswer {
  const accept = headers.get('accept') ?? '';
  const type = accept.includes('application/graphql-response+json')
    ? 'application/graphql-response+json; charset=utf-8'
    : 'application/json; charset=utf-8';
  const body = { errors: [{ message: error.message, extensions: { ...error.extensions, requestId } }] };
  return { status: 400, headers: [['content-type', type]], body: JSON.stringify(body) };
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
  const body = JSON.stringify({ errors: completed, ...rest });
  const isRefusal = answer.status === 400 && errors.every(({ extensions }) => notExecutable.has(extensions?.code));
  return {
    ...answer,
    body,
    status: isRefusal && readMediaType(answer).startsWith('application/json') ? 200 : answer.status,
  };
}

/** Completes the answers of Apollo Server, and takes in what it found valid. */
function createAnswerPlugin(answers: Answers, direct: DirectExecution | null): ApolloServerPlugin<GatewayContext> {
  return {
    async requestDidStart() {
      const startedAt = performance.now();
      return {
        async didResolveOperation({ request, source, document, operation }) {
          if (operation) direct?.learn(source, document, operation, request.operationName);
        },
        async didEncounterErrors({ errors, contextValue }) {
          answers.failed(errors, contextValue.requestId);
        },
        async willSendResponse({ request, response, contextValue, operation, operationName }) {
          if (response.body.kind !== 'single') return;
          const result = response.body.singleResult;
          const type = operation?.operation ?? 'none';
          const client = readClient(request.http?.headers.get('apollographql-client-name'));
          const answered = { type, name: operationName ?? undefined, client, startedAt };
          const errors = answers.complete(result.errors ?? [], answered, contextValue);
          if (errors) result.errors = errors;
        },
      };
    },
  };
}
