import type { Writable } from 'node:stream';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { createApp } from './app.ts';
import type { Demo } from './demo.ts';
import { createLog, type Log } from './logging/log.ts';
import { sampleDocument } from './sample.ts';
import { type Environment, parseSettings, SettingsError } from './settings/parse-settings.ts';

/** What a process gives the gateway. */
export interface Surroundings {
  readonly environment: Environment;
  /** Where it says where it listens. */
  readonly output: Writable;
  /** Where it logs. */
  readonly errors: Writable;
}

/** A gateway that was put together. */
export interface Gateway {
  readonly log: Log;
  /** Listens, and says where. @throws if the port cannot be had. */
  listen(): Promise<void>;
  /** Answers what is in flight within the grace period, and ends everything. @returns whether all were answered. */
  close(): Promise<boolean>;
}

/** How long the log may take to be written at the end, in milliseconds. */
const logTimeoutMs = 500;

/** Puts a gateway together, with the embedded Images API unless another one is set. @throws SettingsError. */
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
      if (why !== null && !closing) log.logger.warn(`/readyz says 503, because ${why}.`);
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

/** An Images API that runs elsewhere. */
function toCloud(imagesApiUrl: URL): Demo {
  const nothing = { people: [], listenToEvents: null, describe: () => '', close: async () => {} };
  return { imagesApiUrl, identityApiUrl: null, token: 'your token', ...nothing };
}

/** The embedded Images API; loaded only when it is needed, so that the gateway starts fast without it. */
async function startDemo(): Promise<Demo> {
  const demo = await import('./demo.ts');
  return demo.startDemo();
}

/** What to say of a start that failed: one line for each mistake. */
export function describeFailure(error: unknown): readonly string[] {
  return error instanceof SettingsError ? error.mistakes : [toLine(error)];
}

function toLine(error: unknown): string {
  const { code, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  if (code === 'EADDRINUSE') return `HOST and PORT: ${address}:${port} is in use by another program.`;
  if (code === 'EACCES') return `HOST and PORT: this user may not listen at ${address}:${port}.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `HOST: this machine has no address ${address ?? ''}.`;
  return `The gateway could not start: ${error instanceof Error ? error.message : String(error)}`;
}
