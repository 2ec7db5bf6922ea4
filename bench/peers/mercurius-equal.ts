/**
 * Mercurius as `mercurius.ts` sets it up, with the work that the gateway does besides: a log line and metrics for each
 * operation, metrics for each upstream call, validated answers, limits, timeouts, and load shedding. All of it by the
 * options of Fastify and Mercurius or by the usual plugins, as their guides recommend.
 */
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { costLimitRule } from '@escape.tech/graphql-armor-cost-limit';
import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import underPressure from '@fastify/under-pressure';
import { mercuriusFederationPlugin } from '@mercuriusjs/federation';
import fastify, { type FastifyRequest, LogController } from 'fastify';
import { pino } from 'pino';
import { Counter, collectDefaultMetrics, Histogram, register } from 'prom-client';
import { createCheckedRequest } from './checked-images-api.ts';
import { createLoaders } from './images-api.ts';
import { loaders } from './mercurius-loaders.ts';
import { address, announce, rootResolvers, rowResolvers, toToken, typeDefs } from './schema.ts';

/** What is known of an operation when its log line is written. */
interface Account {
  operationName: string;
  upstreamCalls: number;
  /** Null until it has been executed: what is refused before that has failed. */
  errors: number | null;
}

declare module 'fastify' {
  interface FastifyRequest {
    account: Account | null;
  }
}

declare module 'mercurius' {
  interface MercuriusContext {
    readonly api: ReturnType<typeof createLoaders>;
    readonly account: Account;
  }
}

collectDefaultMetrics();
const durations = new Histogram({
  name: 'graphql_operation_duration_seconds',
  help: 'Duration of operations',
  labelNames: ['result'],
});
const operations = new Counter({
  name: 'graphql_operations_total',
  help: 'Number of operations',
  labelNames: ['name', 'result'],
});

const app = fastify({
  loggerInstance: pino({ level: 'info', base: null }, pino.destination({ dest: 2, sync: false })),
  // The line of each operation replaces Fastify's two lines of each request.
  logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
  requestIdHeader: 'x-openstack-request-id',
  genReqId: () => `req-${randomUUID()}`,
  bodyLimit: 256 * 1024,
  requestTimeout: 30_000,
  connectionTimeout: 60_000,
});
app.register(underPressure, { maxEventLoopDelay: 1_000, maxRssBytes: 2 ** 31, retryAfter: 1 });
app.decorateRequest('account', null);
app.addHook('onResponse', async ({ account, log }, reply) => {
  if (account === null) return;
  const { operationName, upstreamCalls, errors } = account;
  const result = errors === 0 && reply.statusCode < 400 ? 'ok' : 'failed';
  durations.observe({ result }, reply.elapsedTime / 1000);
  operations.inc({ name: operationName, result });
  log.info(
    { operationName, status: reply.statusCode, errors, durationMs: reply.elapsedTime, upstreamCalls },
    'operation',
  );
});

function createContext(request: FastifyRequest) {
  const account: Account = { operationName: 'unknown', upstreamCalls: 0, errors: null };
  request.account = account;
  const token = toToken(request.headers['x-auth-token']);
  const call = createCheckedRequest(token, request.id, () => {
    account.upstreamCalls++;
  });
  return { api: createLoaders(call), account };
}

app.register(mercuriusFederationPlugin, {
  schema: typeDefs,
  resolvers: { ...rootResolvers, ...rowResolvers },
  loaders,
  jit: 1,
  // As the gateway's defaults.
  queryDepth: 20,
  validationRules: [maxAliasesRule({ n: 200, allowList: [] }), costLimitRule({ maxCost: 5_000 })],
  graphql: { parseOptions: { maxTokens: 5_000 } },
  context: createContext,
});
app.get('/metrics', async (_request, reply) => reply.type(register.contentType).send(await register.metrics()));
await app.ready();
app.graphql.addHook('preExecution', async (_schema, document, { account }) => {
  const definition = document.definitions.find(({ kind }) => kind === 'OperationDefinition');
  if (definition?.kind === 'OperationDefinition') account.operationName = definition.name?.value ?? 'anonymous';
});
app.graphql.addHook('onResolution', async ({ errors }, { account }) => {
  account.errors = errors?.length ?? 0;
});
await app.listen(address);
announce((app.server.address() as AddressInfo).port);
