import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { Pool } from 'undici';
import { createContext, type GatewayContext } from './graphql/context.ts';
import { LoaderStats } from './graphql/data/loaders.ts';
import { DocumentStore } from './graphql/documents/document-store.ts';
import { createPrepare } from './graphql/documents/prepare-document.ts';
import { parseTrustedDocuments } from './graphql/documents/trusted-documents.ts';
import { MemoryPool } from './graphql/limits/memory-pool.ts';
import { OperationBudget } from './graphql/limits/operation-budget.ts';
import { AnswerWriter } from './graphql/pipeline/answer.ts';
import { type Sample, startApollo } from './graphql/pipeline/apollo-executor.ts';
import { createExecuteOperation } from './graphql/pipeline/execute-operation.ts';
import { createFindOperation } from './graphql/pipeline/find-operation.ts';
import { createSchema } from './graphql/schema.ts';
import { createConsoleRoutes, type Person } from './http/console.ts';
import { createDrain } from './http/drain.ts';
import { createExplorerRoutes } from './http/explorer.ts';
import { createGate } from './http/gate.ts';
import type { Sender } from './http/graphql.ts';
import { createReadyz, healthz } from './http/health.ts';
import { createLandingPage } from './http/landing-page.ts';
import { Load } from './http/load.ts';
import { createMemorySource, Memory, type MemorySource } from './http/memory.ts';
import { createMetricsHandler, Metrics } from './http/metrics.ts';
import { toMaxConnections } from './http/open-files.ts';
import type { RefusedRequest } from './http/refusal.ts';
import { createRouterCheck } from './http/router-secret.ts';
import { createHttpServer } from './http/server.ts';
import { identityApi } from './identity/client.ts';
import { createLive, type ListenToHints } from './live/create-live.ts';
import { createPipeline, type OperationReport } from './pipeline.ts';
import type { Settings } from './settings/settings.ts';
import { createSubscriptions } from './subscriptions/create-subscriptions.ts';
import { type OperationTrace, startTrace } from './tracing/tracer.ts';
import { Breaker } from './upstream/breaker.ts';
import { type Connection, connect } from './upstream/connect.ts';
import { FairQueue } from './upstream/fair-queue.ts';
import { imagesApi } from './upstream/images-client.ts';
import { createProbe, type Probe } from './upstream/probe.ts';
import { RetryBudget } from './upstream/retry-budget.ts';
import { type ReadSharing, SharedReads } from './upstream/shared-reads.ts';
import { Transport } from './upstream/transport.ts';

/** What an app is made of. */
export interface AppOptions {
  readonly settings: Omit<Settings, 'imagesApiUrl'> & { readonly imagesApiUrl: URL };
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
  /** What tells of changes without a message broker: the embedded Images API does. */
  readonly listenToHints?: ListenToHints | null;
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
  settings,
  log,
  sample,
  people = [],
  schema = createSchema(),
  registry = new Registry(),
  memorySource = createMemorySource(),
  listenToHints = null,
}: AppOptions): Promise<App> {
  const { origin, pathname: basePath } = settings.imagesApiUrl;
  const dispatcher = new Pool(origin, {
    // One more than calls may use: so that the probe need not wait for slow calls.
    connections: settings.upstreamConnections + 1,
    pipelining: 1,
    allowH2: false,
    // Names are looked up when a connection is made, so that a connection that never ends would never notice a move.
    clientTtl: settings.upstreamConnectionAgeMs,
    ...(settings.upstreamCa !== null && { connect: { ca: settings.upstreamCa } }),
  });
  const memory = new Memory(settings.maxMemoryPercent, memorySource, () => performance.now());
  const load = new Load({
    maxConcurrent: settings.maxConcurrentOperations,
    maxEventLoopDelayMs: settings.maxEventLoopDelayMs,
    memory,
  });
  const trustedDocuments =
    settings.trustedDocumentsManifest === null ? null : parseTrustedDocuments(settings.trustedDocumentsManifest);
  const metrics = new Metrics(registry, trustedDocuments?.operationNames);
  const exporter = await createExporter(settings, metrics);
  const loaderStats = new LoaderStats();
  const onDefect = (error: unknown, requestId?: string): void => log.error({ err: error, requestId }, 'defect');
  const onRefused = (refused: RefusedRequest): void => {
    metrics.refusedRequest(refused.status);
    log[refused.status >= 500 ? 'warn' : 'info'](refused, 'refused');
  };
  const queue = new FairQueue({
    places: settings.upstreamConnections,
    placesPerKey: settings.upstreamConnectionsPerToken,
    maxWaiting: settings.upstreamQueue,
  });
  const breaker = new Breaker({
    failures: settings.upstreamBreakerFailures,
    pauseMs: settings.upstreamBreakerPauseMs,
    now: () => performance.now(),
    onChange: (open) => log.warn({ open }, 'breaker'),
  });
  const gate = createGate({
    load,
    perToken: settings.rateLimitPerToken,
    perAddress: settings.rateLimitPerAddress,
    trustProxy: settings.trustProxy,
    // Whatever one does, there is room for some of others.
    maxConcurrentPerToken: Math.max(1, Math.floor((settings.maxConcurrentOperations * 63) / 64)),
    maxReceivingBytes: settings.maxReceivingBytes,
    onShed: (reason) => metrics.shed(reason),
    now: () => performance.now(),
  });
  const { available, heapLimit } = memorySource.read();
  const workingMemory = new MemoryPool(settings.maxWorkingBytes || Math.min(available / 2, heapLimit) / 4);
  const transport = new Transport({
    service: imagesApi,
    dispatcher,
    basePath,
    deadlineMs: settings.upstreamDeadlineMs,
    maxBodyBytes: settings.upstreamMaxBodyBytes,
    retries: settings.upstreamRetries,
    queue,
    breaker,
    retryBudget: new RetryBudget(settings.upstreamRetryPercent),
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
  const find = createFindOperation({
    schema,
    limits: settings,
    store: new DocumentStore(createPrepare({ schema, limits: settings, introspection: settings.introspection })),
    trust: {
      documents: trustedDocuments,
      mode: settings.trustedDocuments,
      onUntrusted(name, requestId) {
        metrics.untrusted();
        log.warn({ name: name?.slice(0, 100), requestId }, 'untrusted document');
      },
    },
  });
  const apollo = await startApollo({
    schema,
    sample,
    federatedTracing: settings.federatedTracing,
    explorer: !settings.production,
  });
  const probe = createProbe(dispatcher, basePath, () => performance.now());
  const identity = connectIdentity(settings, metrics, log);
  const upstream = {
    transport,
    sharedReads: settings.shareReads ? new SharedReads() : null,
    identity: identity?.transport ?? null,
  };
  const contextOptions = {
    verifyRemovals: settings.verifyRemovals,
    bulkConcurrency: settings.bulkConcurrency,
    loaderStats,
  };
  const guarded = settings.routerSecret !== null;
  const live = createLive({ settings, registry, log, listenToHints });
  function contextFor(
    { requestId, token, isRouter }: Sender,
    signal: AbortSignal,
    trace?: OperationTrace,
    paced?: { readonly reads: ReadSharing | null; readonly pace: () => Promise<void> },
  ): GatewayContext {
    return createContext(
      paced === undefined ? upstream : { ...upstream, sharedReads: paced.reads },
      {
        requestId,
        token,
        signal,
        deadlineAt: performance.now() + settings.operationDeadlineMs,
        trace,
        ...(paced !== undefined && { pace: paced.pace, mayRetry: () => false }),
      },
      {
        ...contextOptions,
        federation: { sdl: isRouter || (settings.introspection && !guarded), entities: isRouter || !guarded },
        budget: new OperationBudget(settings, workingMemory.open(), memory),
      },
    );
  }
  const answers = new AnswerWriter({ showsSchema: settings.introspection, onDefect });
  const isRouter = createRouterCheck(settings.routerSecret);
  const startOperationTrace = ({ headers }: IncomingMessage) => startTrace(headers['traceparent'], exporter?.export);
  const observe = (report: OperationReport): void => {
    metrics.operation({ ...report, failed: report.codes.length > 0 });
    // Nothing else answers an operation that runs with this code.
    if (report.codes[0] === 'OVERLOADED') metrics.shed('memory of operations');
    log.info({ ...report, name: report.name?.slice(0, 100) }, 'operation');
  };
  const { subscriptions, serveStream, sockets } = createSubscriptions({
    settings,
    schema,
    live,
    answers,
    contextFor,
    gate,
    find,
    isRouter,
    startTrace: startOperationTrace,
    observe,
    onEnd: (report) => log.info(report, 'subscription ended'),
    onDefect,
  });
  const handleGraphql = createPipeline({
    isRouter,
    startTrace: startOperationTrace,
    gate,
    maxRequestBytes: settings.maxRequestBytes,
    find,
    createContext: contextFor,
    execute: createExecuteOperation({
      apollo,
      directExecution: settings.directExecution,
      federatedTracing: settings.federatedTracing,
    }),
    answers,
    subscriptions,
    serveStream,
    observe,
    onRefused,
  });
  const landingPage = settings.production
    ? handleGraphql
    : createLandingPage(() => apollo.landingPage(), handleGraphql);
  const maxConnections = toMaxConnections(settings.maxConnections, settings.upstreamConnections);
  if (maxConnections < settings.maxConnections) {
    log.warn({ maxConnections }, 'MAX_CONNECTIONS is lower than set, because the process may not open that many files');
  }
  const { server, connections } = createHttpServer({
    corsOrigins: settings.corsOrigins,
    connections: {
      max: maxConnections,
      // Behind a proxy, all callers have its address.
      maxPerAddress: settings.trustProxy ? 0 : settings.maxConnectionsPerAddress,
    },
    headersTimeoutMs: settings.headersTimeoutMs,
    requestTimeoutMs: settings.requestTimeoutMs,
    answerTimeoutMs: settings.answerTimeoutMs,
    onRefused,
    onDefect,
    upgrade: sockets.upgrade,
    routes: {
      '/graphql': { GET: landingPage, POST: handleGraphql },
      ...(!settings.production && createExplorerRoutes(sample)),
      ...(settings.console && createConsoleRoutes(consoleFolder, people)),
      '/healthz': { GET: healthz, always: true },
      '/readyz': {
        GET: createReadyz(async () => (drain.draining ? 'draining' : probe())),
        always: true,
      },
      '/metrics': { GET: createMetricsHandler(registry), always: true },
    },
  });
  const drain = createDrain(server, () => {
    subscriptions.end();
    sockets.close();
  });
  metrics.read({
    running: () => load.running,
    connections: () => connections.open,
    receivingBytes: () => gate.receivingBytes,
    workingBytes: () => workingMemory.bytes,
    memoryPercent: () => memory.percent,
    eventLoopDelayMs: () => load.eventLoopDelayMs,
    calls: () => queue.inside,
    waitingCalls: () => queue.waiting,
    breakerOpen: () => breaker.open,
    loaders: { ...loaderStats },
  });

  async function close(): Promise<boolean> {
    const answered = await drain.close(settings.shutdownGraceMs, settings.drainDelayMs);
    load.stop();
    await live.close();
    await apollo.stop();
    await dispatcher.destroy();
    await identity?.close();
    await exporter?.stop();
    return answered;
  }

  return {
    async listen() {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(settings.port, settings.host, resolve);
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
async function createExporter({ otlpEndpoint, serviceName }: AppOptions['settings'], metrics: Metrics) {
  if (otlpEndpoint === null) return undefined;
  const { createOtlpExporter } = await import('./tracing/otlp.ts');
  return createOtlpExporter({
    endpoint: otlpEndpoint,
    serviceName,
    onDone: (result, spans) => metrics.spans(result, spans),
  });
}

/** @returns null where no Identity service is configured. */
function connectIdentity(settings: AppOptions['settings'], metrics: Metrics, log: Logger): Connection | null {
  const { identityApiUrl } = settings;
  if (identityApiUrl === null) return null;
  return connect({
    service: identityApi,
    url: identityApiUrl,
    ca: settings.upstreamCa,
    connections: settings.upstreamConnections,
    connectionsPerToken: settings.upstreamConnectionsPerToken,
    connectionAgeMs: settings.upstreamConnectionAgeMs,
    maxWaiting: settings.upstreamQueue,
    deadlineMs: settings.upstreamDeadlineMs,
    maxBodyBytes: settings.upstreamMaxBodyBytes,
    retries: settings.upstreamRetries,
    retryPercent: settings.upstreamRetryPercent,
    breaker: {
      failures: settings.upstreamBreakerFailures,
      pauseMs: settings.upstreamBreakerPauseMs,
      onChange: (open) => log.warn({ open, service: 'identity' }, 'breaker'),
    },
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
}
