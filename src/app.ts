import type { IncomingMessage } from 'node:http';
import type { GraphQLSchema } from 'graphql';
import { LoaderStats } from './graphql/data/loaders.ts';
import { loadCompiler } from './graphql/documents/compile-operation.ts';
import { createGraphql } from './graphql/pipeline/create-graphql.ts';
import { createSchema, printClientSchema } from './graphql/schema.ts';
import { createAdmission } from './http/admission.ts';
import type { Person } from './http/console.ts';
import type { ExplorerSample } from './http/explorer.ts';
import { createMemorySource, type MemorySource } from './http/memory.ts';
import { Metrics } from './http/metrics.ts';
import { toMaxConnections } from './http/open-files.ts';
import { createRegistry, type MetricsRegistry } from './http/registry.ts';
import { RouterSecrets } from './http/router-secret.ts';
import { createRoutes, type RouteOptions } from './http/routes.ts';
import type { Handler, HttpOptions, Routes } from './http/server.ts';
import { createServers } from './http/servers.ts';
import { identityApi } from './identity/client.ts';
import type { ListenToEvents } from './live/create-live.ts';
import type { OperationLogger } from './logging/log.ts';
import { createObserver, type Observer } from './observer.ts';
import { version } from './package.ts';
import { createPipeline } from './pipeline.ts';
import type { Settings } from './settings/settings.ts';
import { createSubscriptions, type SubscriptionService } from './subscriptions/create-subscriptions.ts';
import { startTracing } from './tracing/start-tracing.ts';
import { connect } from './upstream/connect.ts';
import { imagesApi } from './upstream/images-client.ts';
import { createProbe, type Probe } from './upstream/probe.ts';
import { SharedReads } from './upstream/shared-reads.ts';
import { CertifiedConnector } from './upstream/tls.ts';

/** The parts of an app. */
export interface AppOptions {
  readonly settings: Omit<Settings, 'imagesApiUrl'> & { readonly imagesApiUrl: URL };
  readonly log: OperationLogger;
  readonly sample: ExplorerSample;
  /** The demo users that the console offers; none by default. */
  readonly people?: readonly Person[];
  /** The schema to serve; by default that of images and their members. */
  readonly schema?: GraphQLSchema;
  /** The metrics registry; a new one by default. */
  readonly registry?: MetricsRegistry;
  /** The memory to watch; by default that of this process. */
  readonly memorySource?: MemorySource;
  /** What tells of changes without a message broker, as the embedded Images API does; null: nothing. */
  readonly listenToEvents?: ListenToEvents | null;
}

/** The settings, with the URL of an Images API. */
type AppSettings = AppOptions['settings'];

/** The gateway, ready to listen. */
export interface App extends AsyncDisposable {
  /** Starts listening. @returns the gateway's base URL. @throws ListenError. */
  listen(): Promise<string>;
  /** The base URL of health checks and metrics, once they listen; null if they have no listener of their own. */
  adminUrl(): string | null;
  /** Explains why the Images API cannot be used; null if it can. */
  readonly probe: Probe;
  /** Replaces everything that was read from a file by what these settings hold; ignores all other settings. */
  reload(settings: Settings): void;
  /** Writes to the log what is not there yet; for the exit of the process. */
  flush(): void;
  /**
   * Reports not ready, refuses new connections, lets the requests in flight finish within the grace period, then closes
   * everything. @returns whether all requests were answered.
   */
  close(): Promise<boolean>;
}

/** Creates the gateway from its settings. It does not listen yet. */
export async function createApp(options: AppOptions): Promise<App> {
  const { settings, log, registry = createRegistry(), memorySource = createMemorySource() } = options;
  const metrics = new Metrics(registry, version);
  const trust = createTrust(settings, metrics);
  const observer = createObserver(log, metrics);
  const tracing = await startTracing({ settings, version, onSpans: (result, spans) => metrics.spans(result, spans) });
  const { gate, load, memory } = createAdmission(settings, memorySource, (reason) => metrics.shed(reason));
  const { connector, images, identity, probe, sharedReads } = createUpstream(settings, observer);
  const loaderStats = new LoaderStats();
  const graphql = await createGraphql({
    ...observer,
    settings,
    schema: options.schema ?? createSchema(),
    upstream: { transport: images.transport, identity: identity?.transport ?? null, sharedReads },
    trustedDocuments: () => trust.documents,
    loaderStats,
    memory,
    memorySource,
  });
  const routerSecrets = new RouterSecrets(settings.routerSecrets);
  const parts = {
    ...observer,
    ...graphql,
    gate,
    isRouter: (request: IncomingMessage) => routerSecrets.isRouter(request),
    startTrace: tracing.start,
  };
  const listenToEvents = options.listenToEvents ?? null;
  const subscriptions = await createSubscriptions({ ...parts, settings, registry, log, listenToEvents });
  const pipeline = createPipeline({ ...settings, ...parts, subscriptions });
  const httpOptions = toHttpOptions(options, createRoutes(toRouteOptions(options, pipeline)), subscriptions, observer);
  const servers = createServers(settings, httpOptions, probe, registry);
  metrics.read({
    running: () => load.running,
    connections: () => servers.connections.open,
    receivingBytes: () => gate.receivingBytes,
    workingBytes: () => graphql.workingMemory.bytes,
    memoryPercent: () => memory.percent,
    eventLoopDelayMs: () => load.eventLoopDelayMs,
    upstreams: { images, ...(identity && { identity }) },
    loaders: { ...loaderStats },
  });
  async function close(): Promise<boolean> {
    const answered = await servers.drain(() => subscriptions.end());
    load.stop();
    for (const part of [subscriptions, graphql, images, identity, tracing, servers]) await part?.close();
    return answered;
  }
  return {
    async listen() {
      const url = await servers.listen();
      load.start();
      setImmediate(loadCompiler);
      return url;
    },
    adminUrl: () => servers.adminUrl,
    probe,
    reload(read) {
      routerSecrets.replace(read.routerSecrets);
      connector.replace(read);
      trust.replace(read);
      tracing.reload(read);
      subscriptions.reload(read);
    },
    flush: observer.flush,
    close,
    [Symbol.asyncDispose]: async () => void (await close()),
  };
}

function toRouteOptions({ settings, sample, people = [] }: AppOptions, graphql: Handler): RouteOptions {
  return {
    graphql,
    explorer: settings.production ? null : sample,
    clientSchema: settings.introspection ? printClientSchema : null,
    console: settings.console ? people : null,
  };
}

/** The manifest of trusted documents. The names of its operations are labels of the metrics. */
function createTrust(settings: AppSettings, metrics: Metrics) {
  let documents: Settings['trustedDocumentsManifest'] = null;
  function replace({ trustedDocumentsManifest }: Pick<Settings, 'trustedDocumentsManifest'>): void {
    documents = trustedDocumentsManifest;
    metrics.keepNames(documents?.operationNames ?? new Set());
  }
  replace(settings);
  return {
    get documents() {
      return documents;
    },
    replace,
  };
}

/** The transports to the Images API and, if one is configured, the Identity service. */
function createUpstream(settings: AppSettings, observer: Observer) {
  const connector = new CertifiedConnector(settings);
  const { imagesApiUrl, identityApiUrl, shareReads } = settings;
  const images = connect(imagesApi, imagesApiUrl, settings, connector, observer.ofUpstream(imagesApi));
  const ofIdentity = observer.ofUpstream(identityApi);
  const identity = identityApiUrl && connect(identityApi, identityApiUrl, settings, connector, ofIdentity);
  const probe = createProbe(images.pool, imagesApiUrl.pathname, () => performance.now());
  return { connector, images, identity, probe, sharedReads: shareReads ? new SharedReads() : null };
}

function toHttpOptions(
  { settings, log }: AppOptions,
  routes: Routes,
  { upgrade }: SubscriptionService,
  observer: Observer,
): HttpOptions {
  const { upstreamConnections } = settings;
  const max = toMaxConnections(settings.maxConnections, upstreamConnections, (maxConnections) =>
    log.warn({ maxConnections }, 'MAX_CONNECTIONS is lower than set, because the process may not open that many files'),
  );
  // Behind a proxy, all callers have its address; on a socket, they have none.
  const maxPerAddress = settings.trustProxy || settings.host.startsWith('/') ? 0 : settings.maxConnectionsPerAddress;
  return { ...observer, ...settings, routes, upgrade, connections: { max, maxPerAddress } };
}
