import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { LoaderStats } from './graphql/data/loaders.ts';
import { parseTrustedDocuments, type TrustedDocuments } from './graphql/documents/trusted-documents.ts';
import type { Sample } from './graphql/pipeline/apollo-executor.ts';
import { createGraphql } from './graphql/pipeline/create-graphql.ts';
import { createSchema, printClientSchema } from './graphql/schema.ts';
import { createAdmission } from './http/admission.ts';
import type { Person } from './http/console.ts';
import { createDrain } from './http/drain.ts';
import { createMemorySource, type MemorySource } from './http/memory.ts';
import { Metrics } from './http/metrics.ts';
import { toMaxConnections } from './http/open-files.ts';
import { createRouterCheck } from './http/router-secret.ts';
import { createRoutes } from './http/routes.ts';
import { createHttpServer, type HttpOptions, type Routes } from './http/server.ts';
import { identityApi } from './identity/client.ts';
import { createLive, type ListenToEvents } from './live/create-live.ts';
import { createObserver, type Observer } from './observer.ts';
import { createPipeline } from './pipeline.ts';
import type { Settings } from './settings/settings.ts';
import { createSubscriptions } from './subscriptions/create-subscriptions.ts';
import { startTrace } from './tracing/tracer.ts';
import { connect } from './upstream/connect.ts';
import { imagesApi } from './upstream/images-client.ts';
import { createProbe, type Probe } from './upstream/probe.ts';
import { SharedReads } from './upstream/shared-reads.ts';

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
  /** What tells of changes without a message broker, as the embedded Images API does; null: nothing. */
  readonly listenToEvents?: ListenToEvents | null;
}

/** The settings, where it is known which Images API is called. */
type AppSettings = AppOptions['settings'];

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

/** Puts the gateway together: configuration in, a server out that is ready and not yet listening. */
export async function createApp(options: AppOptions): Promise<App> {
  const { settings, log, sample, registry = new Registry(), memorySource = createMemorySource() } = options;
  const trustedDocuments = readTrustedDocuments(settings);
  const metrics = new Metrics(registry, trustedDocuments?.operationNames);
  const observer = createObserver(log, metrics);
  const exporter = await createExporter(settings, metrics);
  const { gate, load, memory } = createAdmission(settings, memorySource, (reason) => metrics.shed(reason));
  const { images, identity, probe, sharedReads } = createUpstream(settings, observer);
  const loaderStats = new LoaderStats();
  const graphql = await createGraphql({
    ...observer,
    settings,
    schema: options.schema ?? createSchema(),
    sample,
    upstream: { transport: images.transport, identity: identity?.transport ?? null, sharedReads },
    trustedDocuments,
    loaderStats,
    memory,
    memorySource,
  });
  const live = createLive({ settings, registry, log, listenToEvents: options.listenToEvents ?? null });
  const entrance = { gate, ...createEntrance(settings, exporter) };
  const subscriptions = createSubscriptions({ ...graphql, ...observer, ...entrance, settings, live });
  const pipeline = createPipeline({ ...graphql, ...entrance, ...subscriptions, ...observer, ...settings });
  const routes = createRoutes({
    graphql: pipeline,
    landingPage: settings.production ? null : graphql.landingPage,
    explorer: settings.production ? null : sample,
    clientSchema: settings.introspection ? printClientSchema() : null,
    console: settings.console ? (options.people ?? []) : null,
    whyNotReady: async () => (drain.draining ? 'draining' : probe()),
    registry,
  });
  const { server, connections } = createHttpServer({
    ...toHttpOptions(settings, routes, observer, log),
    ...subscriptions,
  });
  const drain = createDrain(server, () => subscriptions.end());
  metrics.read({
    running: () => load.running,
    connections: () => connections.open,
    receivingBytes: () => gate.receivingBytes,
    workingBytes: () => graphql.workingMemory.bytes,
    memoryPercent: () => memory.percent,
    eventLoopDelayMs: () => load.eventLoopDelayMs,
    calls: () => images.queue.inside,
    waitingCalls: () => images.queue.waiting,
    breakerOpen: () => images.breaker.open,
    loaders: { ...loaderStats },
  });

  async function close(): Promise<boolean> {
    const answered = await drain.close(settings.shutdownGraceMs, settings.drainDelayMs);
    load.stop();
    for (const part of [live, graphql, images, identity, exporter]) await part?.close();
    return answered;
  }
  return {
    listen: () => listen(server, settings),
    probe,
    close,
    [Symbol.asyncDispose]: async () => void (await close()),
  };
}

/** @returns null where none are registered. */
function readTrustedDocuments({ trustedDocumentsManifest: manifest }: AppSettings): TrustedDocuments | null {
  return manifest === null ? null : parseTrustedDocuments(manifest);
}

/** The ways to the Images API, and to the Identity service where one is configured. */
function createUpstream(settings: AppSettings, observer: Observer) {
  const { imagesApiUrl, identityApiUrl, shareReads } = settings;
  const images = connect(imagesApi, imagesApiUrl, settings, observer.ofUpstream());
  const identity =
    identityApiUrl && connect(identityApi, identityApiUrl, settings, observer.ofUpstream({ service: 'identity' }));
  const probe = createProbe(images.dispatcher, imagesApiUrl.pathname, () => performance.now());
  return { images, identity, probe, sharedReads: shareReads ? new SharedReads() : null };
}

/** What is found out about a request before its body is read. */
function createEntrance({ routerSecret }: AppSettings, exporter: Awaited<ReturnType<typeof createExporter>>) {
  return {
    isRouter: createRouterCheck(routerSecret),
    startTrace: ({ headers }: IncomingMessage) => startTrace(headers['traceparent'], exporter?.export),
  };
}

/** Loaded only where traces are exported. */
async function createExporter({ otlpEndpoint, serviceName }: AppSettings, metrics: Metrics) {
  if (otlpEndpoint === null) return null;
  const { createOtlpExporter } = await import('./tracing/otlp.ts');
  return createOtlpExporter({
    endpoint: otlpEndpoint,
    serviceName,
    onDone: (result, spans) => metrics.spans(result, spans),
  });
}

function toHttpOptions(
  settings: AppSettings,
  routes: Routes,
  observer: Observer,
  log: Logger,
): Omit<HttpOptions, 'upgrade'> {
  const { upstreamConnections } = settings;
  const max = toMaxConnections(settings.maxConnections, upstreamConnections, (maxConnections) =>
    log.warn({ maxConnections }, 'MAX_CONNECTIONS is lower than set, because the process may not open that many files'),
  );
  // Behind a proxy, all callers have its address.
  const maxPerAddress = settings.trustProxy ? 0 : settings.maxConnectionsPerAddress;
  return { ...observer, ...settings, routes, connections: { max, maxPerAddress } };
}

/** @returns the base URL. */
async function listen(server: Server, { port, host }: AppSettings): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const { address, port: bound, family } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`;
}
