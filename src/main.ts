import { type Logger, pino } from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { createApp } from './app.ts';
import { ConfigError, parseConfig } from './config.ts';
import { demoIdentities } from './simulator/seed.ts';
import { startSimulator } from './simulator/server.ts';

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
/** The people of the embedded Images API whose tokens get somewhere. */
const { expired: _expired, unscoped: _unscoped, ...usable } = demoIdentities;
const demoPeople = Object.values(usable);

try {
  await start();
} catch (error) {
  const lines = error instanceof ConfigError ? error.mistakes : [toLine(error)];
  for (const line of lines) process.stderr.write(`${line}\n`);
  process.exit(1);
}

async function start(): Promise<void> {
  const config = parseConfig(process.env);
  const embedded = config.imagesApiUrl === null ? await startSimulator() : undefined;
  const imagesApiUrl = config.imagesApiUrl ?? new URL(`${embedded?.url}/v2`);
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const token = embedded === undefined ? 'your token' : demoIdentities.producer.token;
  const app = await createApp({
    config: { ...config, imagesApiUrl },
    log: createLog(config.logLevel),
    registry,
    sample: { document: sampleDocument, headers: { 'X-Auth-Token': token } },
    people: embedded === undefined ? [] : demoPeople,
  });
  const url = await app.listen();
  process.stdout.write(`The gateway listens at ${url}/graphql\n`);
  if (embedded) process.stdout.write(describeDemo(url, config.console));

  let stopping = false;
  async function stop(): Promise<void> {
    if (stopping) process.exit(1);
    stopping = true;
    const answered = await app.close();
    await embedded?.close();
    process.exit(answered ? 0 : 1);
  }
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

/** JSON lines on standard error, written some at a time: within a second, and all of them at the end. */
function createLog(level: string): Logger {
  const destination = pino.destination({ dest: 2, sync: false, minLength: 4096 });
  setInterval(() => destination.flush(), 1_000).unref();
  process.on('exit', () => destination.flushSync());
  return pino({ level, base: null }, destination);
}

/** What to do with a gateway on the embedded Images API: who one can be, and a query to paste. */
function describeDemo(url: string, console: boolean): string {
  const people = demoPeople.map(
    ({ name, token, projectId }) => `  ${name.padEnd(18)} ${token.padEnd(29)} project ${projectId}`,
  );
  return `
It serves the embedded Images API: images in memory, forgotten when it stops. Be one of these, by X-Auth-Token:
${people.join('\n')}

In a browser:
${console ? `  ${url}/console   the console: share images, accept them\n` : ''}  ${url}/graphql   Apollo Sandbox
  ${url}/explorer  GraphiQL, which needs no internet

Or ask:
  curl -s ${url}/graphql -H 'Content-Type: application/json' \\
    -H 'X-Auth-Token: ${demoIdentities.producer.token}' \\
    -d '{"query":"{ images(first: 3) { nodes { name visibility members { memberId status } } } }"}'
`;
}

/** One line for a start that failed. */
function toLine(error: unknown): string {
  const { code, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  if (code === 'EADDRINUSE') return `HOST and PORT: ${address}:${port} is in use by another program.`;
  if (code === 'EACCES') return `HOST and PORT: this user may not listen at ${address}:${port}.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `HOST: this machine has no address ${address ?? ''}.`;
  return `The gateway could not start: ${error instanceof Error ? error.message : String(error)}`;
}
