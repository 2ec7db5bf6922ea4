import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { Pool } from 'undici';
import type { Config } from './config.ts';
import { createContext } from './graphql/context.ts';
import { LoaderStats } from './graphql/loaders.ts';
import { createSchema } from './graphql/schema.ts';
import { type Sample, startGraphQLServer } from './graphql/server.ts';
import { parseTrustedDocuments } from './graphql/trusted-documents.ts';
import { createConsoleRoutes, type Person } from './http/console.ts';
import { createDrain } from './http/drain.ts';
import { createExplorerRoutes } from './http/explorer.ts';
import { createGate } from './http/gate.ts';
import { createGraphqlHandler } from './http/graphql.ts';
import { createReadyz, healthz } from './http/health.ts';
import { Load } from './http/load.ts';
import { createMemorySource, Memory, type MemorySource } from './http/memory.ts';
import { createMetricsHandler, Metrics } from './http/metrics.ts';
import { toMaxConnections } from './http/open-files.ts';
import type { RefusedRequest } from './http/refusal.ts';
import { createRouterCheck } from './http/router-secret.ts';
import { createHttpServer } from './http/server.ts';
import { startTrace } from './tracing/tracer.ts';
import { Breaker } from './upstream/breaker.ts';
import { FairQueue } from './upstream/fair-queue.ts';
import { createProbe, type Probe } from './upstream/probe.ts';
import { RetryBudget } from './upstream/retry-budget.ts';
import { SharedReads } from './upstream/shared-reads.ts';
import { Transport } from './upstream/transport.ts';

/** What an app is made of. */
export interface AppOptions {
  readonly config: Omit<Config, 'imagesApiUrl'> & { readonly imagesApiUrl: URL };
  readonly log: Logger;
  readonly sample: Sample;
  /** Whom the console offers to be; nobody by default. */
  readonly people?: readonly Person[];
  /** What is served; the schema of images and their members by default. */
  readonly schema?: GraphQLSchema;
  /** Where metrics are kept; a new registry by default. */
  readonly registry?: Registry;
  /** Whose memory must not run short; that of this process by default. */
  readonly memorySource?: MemorySource;
}

/** The gateway, ready to listen. */
export interface App extends AsyncDisposable {
  /** Starts listening. @returns the gateway's base URL. @throws if the port cannot be had. */
  listen(): Promise<string>;
  /** Tells why the Images API cannot be asked; null if it can. */
  readonly probe: Probe;
  /**
   * Stops being ready, refuses new connections, lets what is in flight finish within the grace period, then closes
   * everything. @returns whether all requests were answered.
   */
  close(): Promise<boolean>;
}

/** Where the built console is. */
const consoleFolder = fileURLToPath(new URL('../frontend/console/dist', import.meta.url));

/** Puts the gateway together: configuration in, a server out that is ready and not yet listening. */
export async function createApp({
  config,
  log,
  sample,
  people = [],
  schema = createSchema(),
  registry = new Registry(),
  memorySource = createMemorySource(),
}: AppOptions): Promise<App> {
  const { origin, pathname: basePath } = config.imagesApiUrl;
  const { limits } = config;
  const dispatcher = new Pool(origin, {
    // One more than calls may use: so that the probe need not wait for slow calls.
    connections: config.upstreamConnections + 1,
    pipelining: 1,
    allowH2: false,
    // Names are looked up when a connection is made, so that a connection that never ends would never notice a move.
    clientTtl: limits.upstreamConnectionAgeMs,
    ...(config.upstreamCa !== null && { connect: { ca: config.upstreamCa } }),
  });
  const memory = new Memory(limits.maxMemoryPercent, memorySource, () => performance.now());
  const load = new Load({
    maxConcurrent: limits.maxConcurrentOperations,
    maxEventLoopDelayMs: limits.maxEventLoopDelayMs,
    memory,
  });
  const trustedDocuments =
    config.trustedDocumentsManifest === null ? null : parseTrustedDocuments(config.trustedDocumentsManifest);
  const metrics = new Metrics(registry, trustedDocuments?.operationNames);
  const exporter = await createExporter(config, metrics);
  const loaderStats = new LoaderStats();
  const onDefect = (error: unknown, requestId?: string): void => log.error({ err: error, requestId }, 'defect');
  const onRefused = (refused: RefusedRequest): void => {
    metrics.refusedRequest(refused.status);
    log[refused.status >= 500 ? 'warn' : 'info'](refused, 'refused');
  };
  const queue = new FairQueue({
    places: config.upstreamConnections,
    placesPerKey: limits.upstreamConnectionsPerToken,
    maxWaiting: limits.upstreamQueue,
  });
  const breaker = new Breaker({
    failures: limits.upstreamBreakerFailures,
    pauseMs: limits.upstreamBreakerPauseMs,
    now: () => performance.now(),
    onChange: (open) => log.warn({ open }, 'breaker'),
  });
  const gate = createGate({
    load,
    perToken: limits.rateLimitPerToken,
    perAddress: limits.rateLimitPerAddress,
    trustProxy: config.trustProxy,
    // Whatever one does, there is room for some of others.
    maxConcurrentPerToken: Math.max(1, Math.floor((limits.maxConcurrentOperations * 63) / 64)),
    maxReceivingBytes: limits.maxReceivingBytes,
    onShed: (reason) => metrics.shed(reason),
    now: () => performance.now(),
  });
  const transport = new Transport({
    dispatcher,
    basePath,
    deadlineMs: config.upstreamDeadlineMs,
    maxBodyBytes: config.upstreamMaxBodyBytes,
    retries: config.upstreamRetries,
    queue,
    breaker,
    memoryIsShort: () => memory.isShort,
    retryBudget: new RetryBudget(limits.upstreamRetryPercent),
    onRefused: (reason) => metrics.refused(reason),
    onDropped(operation, rows) {
      metrics.dropped(operation, rows);
      log.warn({ operation, rows }, 'rows dropped');
    },
    observe(report) {
      metrics.attempt(report);
      if (report.status === undefined || report.status >= 500) log.warn(report, 'upstream');
      else log.debug(report, 'upstream');
    },
  });
  const graphql = await startGraphQLServer({
    schema,
    introspection: config.introspection,
    federatedTracing: config.federatedTracing,
    explorer: !config.production,
    limits,
    trust: {
      documents: trustedDocuments,
      mode: config.trustedDocuments,
      onUntrusted(name, requestId) {
        metrics.untrusted();
        log.warn({ name: name?.slice(0, 100), requestId }, 'untrusted document');
      },
    },
    sample,
    onDefect,
    observe(report) {
      metrics.operation({ ...report, failed: report.codes.length > 0 });
      log.info({ ...report, name: report.name?.slice(0, 100) }, 'operation');
    },
  });
  const probe = createProbe(dispatcher, basePath, () => performance.now());
  const upstream = { transport, sharedReads: config.shareReads ? new SharedReads() : null };
  const contextOptions = {
    verifyRemovals: config.verifyRemovals,
    bulk: { maxChanges: config.bulkMaxChanges, concurrency: config.bulkConcurrency },
  };
  const handleGraphql = createGraphqlHandler(
    (request, { isRouter, ...sender }) => {
      const deadlineAt = performance.now() + limits.operationDeadlineMs;
      const trace = startTrace(request.headers.get('traceparent'), exporter?.export);
      const caller = { ...sender, deadlineAt, trace };
      const guarded = config.routerSecret !== null;
      const federation = {
        sdl: isRouter || (config.introspection && !guarded),
        entities: isRouter || !guarded,
      };
      return graphql.execute(
        request,
        createContext(upstream, caller, { ...contextOptions, federation, loaderStats }),
        isRouter,
      );
    },
    {
      maxRequestBytes: config.maxRequestBytes,
      isRouter: createRouterCheck(config.routerSecret),
      gate,
      onRefused,
    },
  );
  const maxConnections = toMaxConnections(limits.maxConnections, config.upstreamConnections);
  if (maxConnections < limits.maxConnections) {
    log.warn({ maxConnections }, 'MAX_CONNECTIONS is lower than set, because the process may not open that many files');
  }
  const { server, connections } = createHttpServer({
    corsOrigins: config.corsOrigins,
    connections: {
      max: maxConnections,
      // Behind a proxy, all callers have its address.
      maxPerAddress: config.trustProxy ? 0 : limits.maxConnectionsPerAddress,
    },
    headersTimeoutMs: limits.headersTimeoutMs,
    requestTimeoutMs: limits.requestTimeoutMs,
    answerTimeoutMs: limits.answerTimeoutMs,
    onRefused,
    onDefect,
    routes: {
      '/graphql': { GET: handleGraphql, POST: handleGraphql },
      ...(!config.production && createExplorerRoutes(sample)),
      ...(config.console && createConsoleRoutes(consoleFolder, people)),
      '/healthz': { GET: healthz, always: true },
      '/readyz': {
        GET: createReadyz(async () => (drain.draining ? 'draining' : probe())),
        always: true,
      },
      '/metrics': { GET: createMetricsHandler(registry), always: true },
    },
  });
  const drain = createDrain(server);
  metrics.read({
    running: () => load.running,
    connections: () => connections.open,
    receivingBytes: () => gate.receivingBytes,
    memoryPercent: () => memory.percent,
    eventLoopDelayMs: () => load.eventLoopDelayMs,
    calls: () => queue.inside,
    waitingCalls: () => queue.waiting,
    breakerOpen: () => breaker.open,
    loaders: { ...loaderStats },
  });

  async function close(): Promise<boolean> {
    const answered = await drain.close(config.shutdownGraceMs, limits.drainDelayMs);
    load.stop();
    await graphql.stop();
    await dispatcher.destroy();
    await exporter?.stop();
    return answered;
  }

  return {
    async listen() {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(config.port, config.host, resolve);
      });
      const { address, port, family } = server.address() as AddressInfo;
      return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
    },
    probe,
    close,
    async [Symbol.asyncDispose]() {
      await close();
    },
  };
}

/** Loaded only where traces are exported. */
async function createExporter({ otlpEndpoint, serviceName }: AppOptions['config'], metrics: Metrics) {
  if (otlpEndpoint === null) return undefined;
  const { createOtlpExporter } = await import('./tracing/otlp.ts');
  return createOtlpExporter({
    endpoint: otlpEndpoint,
    serviceName,
    onDone: (result, spans) => metrics.spans(result, spans),
  });
}
