import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { composeServices } from '@theguild/federation-composition';
import { parse } from 'graphql';
import { createApp } from '../../src/app.ts';
import { createLogger } from '../../src/logging/log.ts';
import { parseSettings } from '../../src/settings/parse-settings.ts';
import { demoIdentities } from '../../src/simulator/seed.ts';
import { startSimulator } from '../../src/simulator/server.ts';
import { startCatalogue } from './catalogue.ts';
import { startIdentity } from './identity.ts';
import { gatewayConfig } from './routers/hive-gateway.ts';

// Starts a complete graph on this machine: an Images API, the gateway, two more subgraphs, and a router in front of them.

const host = '127.0.0.1';
const { producer, consumerA, consumerB } = demoIdentities;

const simulator = await startSimulator();

// The router's configuration reads the secret from the environment.
const secret = randomBytes(24).toString('base64url');
process.env['ROUTER_SECRET'] = secret;
const settings = parseSettings({
  PORT: '0',
  IMAGES_API_URL: simulator.url,
  ROUTER_SECRET: secret,
  INTROSPECTION: 'false',
});
const app = await createApp({
  settings: { ...settings, imagesApiUrl: settings.imagesApiUrl ?? new URL(simulator.url) },
  log: createLogger('silent', 'iso', () => {}),
  sample: { document: '{ __typename }', headers: {} },
});
const images = { name: 'images', url: `${await app.listen()}/graphql` };

const identity = await startIdentity(
  [producer, consumerA, consumerB].map(({ projectId, name }) => ({ id: projectId, name, domain: 'Default' })),
);
const catalogue = await startCatalogue([
  {
    imageId: '3f2a9c58-6d14-4b7e-9a03-5c8e1f7d2b60',
    text: 'Our default. Rebuilt every month.',
    author: { id: producer.projectId },
  },
  {
    imageId: '3f2a9c58-6d14-4b7e-9a03-5c8e1f7d2b60',
    text: 'Runs our web tier since May.',
    author: { id: consumerA.projectId },
  },
  {
    imageId: '7b1e4d02-93c8-4f5a-8e66-a0d47c915f3e',
    text: 'Use 13 for new machines.',
    author: { id: producer.projectId },
  },
]);

/** What a subgraph says its schema is. The gateway tells it only to who knows the secret. */
async function readSdl(url: string): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-router-secret': secret },
    body: JSON.stringify({ query: '{ _service { sdl } }' }),
  });
  const { data } = (await response.json()) as { data: { _service: { sdl: string } } };
  return data._service.sdl;
}

const subgraphs = await Promise.all(
  [images, identity, catalogue].map(async ({ name, url }) => ({ name, url, typeDefs: parse(await readSdl(url)) })),
);
const supergraph = composeServices(subgraphs);
if (supergraph.supergraphSdl === undefined) throw new AggregateError(supergraph.errors ?? [], 'Nothing to compose');

const runtime = createGatewayRuntime({ supergraph: supergraph.supergraphSdl, ...gatewayConfig, logging: false });
const router = createServer(runtime);
await new Promise<void>((resolve, reject) => {
  router.once('error', reject);
  router.listen(Number(process.env['PORT'] ?? '4400'), host, resolve);
});
const url = `http://${host}:${(router.address() as AddressInfo).port}/graphql`;

const query = readFileSync(new URL('query.graphql', import.meta.url), 'utf8')
  .replaceAll(/\s+/g, ' ')
  .trim();
process.stdout.write(`The router listens on ${url}

Ask it as ${producer.name}, who owns the images, or with another X-Auth-Token:
  ${consumerA.token} (${consumerA.name}), ${consumerB.token} (${consumerB.name})

curl ${url} -H 'X-Auth-Token: ${producer.token}' -H 'Content-Type: application/json' \\
  -d '${JSON.stringify({ query })}'
`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    router.closeAllConnections();
    router.close();
    await runtime[Symbol.asyncDispose]();
    for (const subgraph of [catalogue, identity]) await subgraph[Symbol.asyncDispose]();
    await app.close();
    await simulator.close();
  });
}
