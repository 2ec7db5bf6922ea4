import type { Writable } from 'node:stream';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { createApp } from './app.ts';
import type { Demo } from './demo.ts';
import { createLog, type Log } from './logging/log.ts';
import { sampleDocument } from './sample.ts';
import { type Environment, parseSettings, SettingsError } from './settings/parse-settings.ts';

/** What the process provides to the gateway. */
export interface Surroundings {
  readonly environment: Environment;
  /** Receives the address that the gateway listens on. */
  readonly output: Writable;
  /** Receives the log. */
  readonly errors: Writable;
}

/** A gateway, ready to listen. */
export interface Gateway {
  readonly log: Log;
  /** Starts to listen and prints the address. @throws if the port is not available. */
  listen(): Promise<void>;
  /** Finishes requests in flight within the grace period, then shuts down. @returns whether all were answered. */
  close(): Promise<boolean>;
}

/** Timeout for flushing the log at shutdown, in milliseconds. */
const logTimeoutMs = 500;

/** Creates a gateway, with the embedded Images API unless another one is configured. @throws SettingsError. */
export async function createGateway({ environment, output, errors }: Surroundings): Promise<Gateway> {
  const settings = parseSettings(environment);
  const log = createLog(settings.logLevel, errors);
  const cloud = settings.imagesApiUrl ? toCloud(settings.imagesApiUrl) : await startDemo();
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const app = await createApp({
    settings: {
      ...settings,
      imagesApiUrl: cloud.imagesApiUrl,
      identityApiUrl: settings.identityApiUrl ?? cloud.identityApiUrl,
    },
    log: log.logger,
    registry,
    sample: { document: sampleDocument, headers: { 'X-Auth-Token': cloud.token } },
    people: cloud.people,
    listenToEvents: cloud.listenToEvents,
  });

  let closing = false;

  return {
    log,
    async listen() {
      const url = await app.listen();
      const open = settings.routerSecret === null ? ', open to every router because ROUTER_SECRET is not set,' : '';
      output.write(`The gateway${open} listens at ${url}/graphql\n${cloud.describe(url, settings)}`);
      const why = await app.probe();
      if (why !== null && !closing) log.logger.warn(`The gateway is not ready (/readyz answers 503): ${why}.`);
    },
    async close() {
      closing = true;
      const answered = await app.close();
      await cloud.close();
      await log.end(logTimeoutMs);
      return answered;
    },
  };
}

/** An Images API outside this process. */
function toCloud(imagesApiUrl: URL): Demo {
  const nothing = { people: [], listenToEvents: null, describe: () => '', close: async () => {} };
  return { imagesApiUrl, identityApiUrl: null, token: 'your token', ...nothing };
}

/** The embedded Images API. Loaded on demand, so that the gateway starts fast without it. */
async function startDemo(): Promise<Demo> {
  const demo = await import('./demo.ts');
  return demo.startDemo();
}

/** Describes a failed start, one line per mistake. */
export function describeFailure(error: unknown): readonly string[] {
  return error instanceof SettingsError ? error.mistakes : [toLine(error)];
}

function toLine(error: unknown): string {
  const { code, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  if (code === 'EADDRINUSE') return `HOST and PORT: ${address}:${port} is in use by another process. Choose another.`;
  if (code === 'EACCES') return `HOST and PORT: no permission to listen on ${address}:${port}. Choose another.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `HOST: not an address of this machine: ${address ?? ''}`;
  return `The gateway could not start: ${error instanceof Error ? error.message : String(error)}`;
}
