import { ApolloServer, type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';
import type { GatewayContext } from './context.ts';
import { formatError, isDefect } from './format-error.ts';
import { createSchema } from './schema.ts';

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
  readonly sample: Sample;
  readonly observe: (report: OperationReport) => void;
  /** Hears of defects, with all there is to know about them. */
  readonly onDefect: (error: unknown, requestId: string) => void;
}

interface GraphQLHttpRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly search: string;
  readonly body: unknown;
}

interface GraphQLHttpAnswer {
  readonly status: number;
  readonly headers: Iterable<readonly [string, string]>;
  readonly body: string;
}

/** Apollo Server with our schema, started. */
export interface GraphQLServer {
  execute(request: GraphQLHttpRequest, context: GatewayContext): Promise<GraphQLHttpAnswer>;
  stop(): Promise<void>;
}

/**
 * Starts Apollo Server. Its CSRF prevention is off: the token travels in a header that no form, image or script of
 * another origin can send without a preflight, so there is nothing to forge; and a plain `GET /graphql?query=` works.
 */
export async function startGraphQLServer(options: GraphQLServerOptions): Promise<GraphQLServer> {
  const { document, headers } = options.sample;
  const server = new ApolloServer<GatewayContext>({
    schema: createSchema(),
    introspection: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    csrfPrevention: false,
    formatError,
    plugins: [
      createAnswerPlugin(options),
      ApolloServerPluginLandingPageLocalDefault({ embed: true, footer: false, document, headers: { ...headers } }),
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  });
  await server.start();
  return {
    async execute({ method, headers, search, body }, context) {
      const headerMap = new HeaderMap();
      for (const name in headers) {
        const value = headers[name];
        if (value !== undefined) headerMap.set(name, Array.isArray(value) ? value.join(', ') : value);
      }
      const answer = await server.executeHTTPGraphQLRequest({
        httpGraphQLRequest: { method, headers: headerMap, search, body },
        context: async () => context,
      });
      if (answer.body.kind !== 'complete') throw new Error('incremental delivery is not offered');
      const status = answer.status ?? 200;
      const text = answer.body.string;
      return { status, headers: answer.headers, body: status < 400 ? text : addRequestId(text, context.requestId) };
    },
    stop: () => server.stop(),
  };
}

/** Apollo Server refuses what is no GraphQL request before any plugin hears of it; its errors have no request id yet. */
function addRequestId(text: string, requestId: string): string {
  const { errors = [], ...rest } = JSON.parse(text) as { errors?: { extensions?: object }[] };
  const completed = errors.map((error) => ({ ...error, extensions: { ...error.extensions, requestId } }));
  return `${JSON.stringify({ errors: completed, ...rest })}\n`;
}

/** Reports defects, and completes every answer: the errors of rows that were left out, and the request id of every error. */
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
