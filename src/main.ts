import { type Logger, pino } from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { createApp } from './app.ts';
import type { Demo } from './demo.ts';
import { parseSettings, SettingsError } from './settings/parse-settings.ts';

/** What the explorers open with. */
const sampleDocument = `# Your images, and whom they are shared with.
query Images {
  images(first: 10) {
    nodes {
      id
      name
      visibility
      members {
        memberId
        status
      }
    }
  }
}

# What others share with you, and you have not decided on.
query Inbox {
  images(filter: { sharedWithMe: true, memberStatus: PENDING }) {
    nodes {
      id
      name
      owner {
        id
      }
    }
  }
}

# Shares several images with several projects at once.
mutation Share($imageIds: [ID!]!, $memberIds: [ID!]!) {
  createImageMembers(input: { imageIds: $imageIds, memberIds: $memberIds }) {
    changes {
      imageId
      memberId
      outcome
      userErrors {
        code
        message
      }
    }
  }
}`;
try {
  await start();
} catch (error) {
  const lines = error instanceof SettingsError ? error.mistakes : [toLine(error)];
  for (const line of lines) process.stderr.write(`${line}\n`);
  process.exit(1);
}

async function start(): Promise<void> {
  const settings = parseSettings(process.env);
  const cloud = settings.imagesApiUrl ? toCloud(settings.imagesApiUrl) : await startDemo();
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const app = await createApp({
    settings: {
      ...settings,
      imagesApiUrl: cloud.imagesApiUrl,
      identityApiUrl: settings.identityApiUrl ?? cloud.identityApiUrl,
    },
    log: createLog(settings.logLevel),
    registry,
    sample: { document: sampleDocument, headers: { 'X-Auth-Token': cloud.token } },
    people: cloud.people,
  });
  const url = await app.listen();
  const open = settings.routerSecret === null ? ', open to every router because ROUTER_SECRET is not set,' : '';
  process.stdout.write(`The gateway${open} listens at ${url}/graphql\n`);
  process.stdout.write(cloud.describe(url, settings));

  let stopping = false;
  async function stop(): Promise<void> {
    if (stopping) process.exit(1);
    stopping = true;
    const answered = await app.close();
    await cloud.close();
    process.exit(answered ? 0 : 1);
  }
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

/** An Images API that runs elsewhere. */
function toCloud(imagesApiUrl: URL): Demo {
  const nothing = { people: [], describe: () => '', close: async () => {} };
  return { imagesApiUrl, identityApiUrl: null, token: 'your token', ...nothing };
}

/** The embedded Images API; loaded only when it is needed, so that the gateway starts fast without it. */
async function startDemo(): Promise<Demo> {
  const demo = await import('./demo.ts');
  return demo.startDemo();
}

/** How many characters of the log are written together. */
const logChunk = 8_192;

/** JSON lines on standard error, written some at a time: within a second, and all of them at the end. */
function createLog(level: string): Logger {
  const destination = pino.destination({ dest: 2, sync: false });
  // Kept here and not there: the destination measures all that it holds with every line it gets.
  let lines = '';
  function flush(): void {
    if (lines !== '') destination.write(lines);
    lines = '';
  }
  function write(line: string): void {
    lines += line;
    if (lines.length >= logChunk) flush();
  }
  setInterval(flush, 1_000).unref();
  process.on('exit', () => {
    flush();
    destination.flushSync();
  });
  return pino({ level, base: null }, { write });
}

/** One line for a start that failed. */
function toLine(error: unknown): string {
  const { code, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  if (code === 'EADDRINUSE') return `HOST and PORT: ${address}:${port} is in use by another program.`;
  if (code === 'EACCES') return `HOST and PORT: this user may not listen at ${address}:${port}.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `HOST: this machine has no address ${address ?? ''}.`;
  return `The gateway could not start: ${error instanceof Error ? error.message : String(error)}`;
}
