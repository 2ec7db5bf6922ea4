import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { ApolloGateway, IntrospectAndCompose } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { startProducts } from '../../products.ts';

// Starts the servers for the compatibility tests and sends their addresses to its parent: the products subgraph, served by the gateway's
// own server; the suite's two other subgraphs; and a router in front of all three.

const suite = createRequire(import.meta.url).resolve('@apollo/federation-subgraph-compatibility-tests/package.json');

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function startSubgraph(name: string): Promise<string> {
  const port = await freePort();
  const script = new URL(`dist/subgraphs/${name}/index.js`, `file://${suite}`);
  const child = fork(script, { env: { [`${name.toUpperCase()}_PORT`]: String(port) }, silent: true });
  process.once('exit', () => child.kill());
  await new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve());
    child.once('exit', (code) => reject(new Error(`the ${name} subgraph ended with ${code}`)));
  });
  return `http://localhost:${port}/`;
}

const typeDefs = readFileSync(new URL('products.graphql', `file://${suite}`), 'utf8');
const products = await startProducts(typeDefs);
const [users, inventory] = await Promise.all([startSubgraph('users'), startSubgraph('inventory')]);
const subgraphs = [
  { name: 'products', url: products },
  { name: 'users', url: users },
  { name: 'inventory', url: inventory },
];
const gateway = new ApolloGateway({ supergraphSdl: new IntrospectAndCompose({ subgraphs }), logger: silent() });
const { url: router } = await startStandaloneServer(new ApolloServer({ gateway }), { listen: { port: 0 } });
process.once('disconnect', () => process.exit(0));
process.send?.({ products, router });

function silent() {
  const quiet = () => {};
  return { debug: quiet, info: quiet, warn: quiet, error: quiet };
}
