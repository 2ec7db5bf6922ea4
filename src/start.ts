import type { Writable } from 'node:stream';
import { createApp } from './app.ts';
import type { Demo } from './demo.ts';
import { ListenError } from './http/listen.ts';
import { createProcessRegistry } from './http/registry.ts';
import { createLog } from './logging/log.ts';
import { sampleDocument } from './sample.ts';
import { type Environment, type Launch, parseSettings, SettingsError } from './settings/parse-settings.ts';
import { findUnknownNames } from './settings/unknown-names.ts';

/** What the process provides to the gateway. */
export interface Surroundings {
  readonly environment: Environment;
  /** How the process was started. */
  readonly launch: Launch;
  /** Receives the address that the gateway listens on. */
  readonly output: Writable;
  /** Receives the log. */
  readonly errors: Writable;
}

/** A gateway, ready to listen. */
export interface Gateway {
  /** Writes all that is logged without waiting for it; for the exit of the process. */
  flush(): void;
  /** Starts to listen and prints the address. @throws if the port is not available. */
  listen(): Promise<void>;
  /** Finishes requests in flight within the grace period, then shuts down. @returns whether all were answered. */
  close(): Promise<boolean>;
  /** Reads every file again that a setting names. If one is invalid, changes nothing and logs why. */
  reload(): void;
}

/** Timeout for flushing the log at shutdown, in milliseconds. */
const logTimeoutMs = 500;

/** Creates a gateway, with the embedded Images API unless another one is configured. @throws SettingsError. */
export async function createGateway({ environment, launch, output, errors }: Surroundings): Promise<Gateway> {
  const settings = parseSettings(environment, launch);
  const log = createLog(settings.logLevel, settings.logFormat, errors);
  for (const line of findUnknownNames(environment)) log.logger.warn(line);
  const cloud = settings.imagesApiUrl ? toCloud(settings.imagesApiUrl) : await startDemo();
  const registry = createProcessRegistry();
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
    flush() {
      app.flush();
      log.flush();
    },
    async listen() {
      const url = await app.listen();
      const adminUrl = app.adminUrl();
      const open = settings.routerSecrets === null ? ', open to every router because ROUTER_SECRET is not set,' : '';
      output.write(`The gateway${open} listens at ${url}/graphql\n`);
      if (adminUrl !== null) output.write(`Health and metrics are at ${adminUrl}\n`);
      output.write(cloud.describe(url, settings));
      const why = await app.probe();
      if (why !== null && !closing) log.logger.warn(`The gateway is not ready (/readyz answers 503): ${why}.`);
    },
    reload() {
      try {
        app.reload(parseSettings(environment, launch));
        log.logger.info('secrets, certificates and trusted documents were reloaded');
      } catch (error) {
        log.logger.error(
          { mistakes: describeFailure(error) },
          'secrets, certificates and trusted documents could not be reloaded',
        );
      }
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
  if (error instanceof ListenError) return error.message;
  return `The gateway could not start: ${error instanceof Error ? error.message : String(error)}`;
}
